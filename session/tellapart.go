package session

import "strings"

// shortHash is how many digits of a file's SHA-256 tell it apart from another.
const shortHash = 8

// TellApart gives each policy file that played in the sessions one name: a file that has several gets the first of them, and files of the
// same name get the beginning of their SHA-256 behind it. Briefs and figures of the sessions then have these names. A session that
// [Record.Hides] its policy tells nothing of it, in the names of others either.
func TellApart(records []*Record) {
	names, files := map[string]string{}, map[string]int{} // name by hash; number of files by name
	for _, r := range records {
		policy := r.Manifest.Policy
		if name, known := names[policy.SHA256]; policy.SHA256 != "" && !r.Hides() && (!known || policy.Name < name) {
			names[policy.SHA256] = policy.Name
		}
	}
	for _, name := range names {
		files[name]++
	}
	for _, r := range records {
		hash := r.Manifest.Policy.SHA256
		name, known := names[hash]
		switch {
		case !known:
		case files[name] > 1:
			r.policy = name + " " + hash[:min(shortHash, len(hash))]
		default:
			r.policy = name
		}
	}
}

// studied returns the policies that a study compares, in order. Files are named without their folders, which differ from machine to machine,
// unless the study compares files of the same name.
func studied(policies []string) []string {
	names, seen := make([]string, len(policies)), map[string]bool{}
	for i, name := range policies {
		if strings.HasSuffix(name, ".onnx") {
			name = name[strings.LastIndexAny(name, `/\`)+1:]
		}
		if seen[name] {
			return sorted(policies)
		}
		names[i], seen[name] = name, true
	}
	return sorted(names)
}
