package session

// Hidden stands for the name of a policy that its player is not to know yet.
const Hidden = "hidden"

// Hides reports whether the player is not to know yet who played: in a blind jam, until it is rated.
func (r *Record) Hides() bool { return len(r.Manifest.Blind) > 0 && r.Notes.Rating == (Rating{}) }

// Shown is the manifest as the player may see it: while it Hides, the policy is Hidden.
func (r *Record) Shown() Manifest {
	m := r.Manifest
	if r.Hides() {
		m.Policy = Policy{Name: Hidden}
	}
	return m
}

// shownPolicy is a policy that played in the session, as its player may know it.
func (r *Record) shownPolicy(name string) string {
	if r.Hides() {
		return Hidden
	}
	return name
}
