package session

// Hidden replaces the name of a policy that the player must not know yet.
const Hidden = "hidden"

// Hides reports whether the policy's name must stay hidden: in a blind jam, until the jam is rated.
func (r *Record) Hides() bool { return len(r.Manifest.Blind) > 0 && r.Notes.Rating == (Rating{}) }

// Shown returns the manifest as the player may see it. If the session [Record.Hides] its policy, that is [Hidden].
func (r *Record) Shown() Manifest {
	m := r.Manifest
	if r.Hides() {
		m.Policy = Policy{Name: Hidden}
	}
	return m
}

// shownPolicy returns the name of a policy as the player may see it.
func (r *Record) shownPolicy(name string) string {
	if r.Hides() {
		return Hidden
	}
	return name
}
