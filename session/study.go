package session

import (
	"maps"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// A Measured is a session with its figures, for a study.
type Measured struct {
	Brief
	Figures
}

// PlayerTag is the prefix of the tag that names the player, such as player:ann.
const PlayerTag = "player:"

// Player returns the name of the player that a tag gives, or else that of the study's participant, or "" for neither.
func (b *Brief) Player() string {
	for _, tag := range b.Tags {
		if name, ok := strings.CutPrefix(tag, PlayerTag); ok {
			return name
		}
	}
	if b.Trial != nil {
		return b.Trial.Participant
	}
	return ""
}

// A Measure is a figure by which a study compares policies.
type Measure struct {
	Name string `json:"name"`
	What string `json:"what"`
	of   func(*Measured) (value float64, known bool)
}

// measures are those of the paper's live study (arXiv 2511.17879, Figures 3 and 5b). Diversity is measured in windows, because a
// longer jam has more chords.
var measures = []Measure{
	{"note_in_chord", "note-in-chord", func(m *Measured) (float64, bool) { return m.NoteInChord, m.Harmony.Both > 0 }},
	{"distinct_chords_a_window", "distinct chords in 256 frames", func(m *Measured) (float64, bool) { return m.ByWindow, m.ByWindow > 0 }},
	{"duration_entropy", "entropy of the chords' durations, bits", func(m *Measured) (float64, bool) { return m.DurationEntropy, len(m.Durations) > 0 }},
	{"changes_a_bar", "chord changes a bar", func(m *Measured) (float64, bool) { return m.ChangesABar, m.Frames > 0 }},
	{"beats_to_recover", "beats to recover after a change of key", func(m *Measured) (float64, bool) { return m.BeatsToRecover() }},
	{"rated_adaptation", "rated: how fast it adapted", func(m *Measured) (float64, bool) { return rated(m.Rating.Adaptation) }},
	{"rated_control", "rated: control and agency", func(m *Measured) (float64, bool) { return rated(m.Rating.Control) }},
	{"rated_enjoyment", "rated: enjoyment", func(m *Measured) (float64, bool) { return rated(m.Rating.Enjoyment) }},
}

func rated(answer int) (float64, bool) { return float64(answer), answer > 0 }

// A Study compares policies over sessions. All sessions of a player count as one: the player's value is their mean.
type Study struct {
	Sessions []Measured     `json:"sessions"`
	Measures []Measure      `json:"measures"`
	Policies []PolicyStudy  `json:"policies"` // by name
	Pairs    []PairedPolicy `json:"pairs"`
	Mixed    int            `json:"mixed"` // number of sessions in which several policies played; they are not compared

	Participants []Participant `json:"participants,omitempty"` // of blind jams; [Participants] tells them
}

// A PolicyStudy holds the results of one policy.
type PolicyStudy struct {
	Policy   string    `json:"policy"`
	Sessions int       `json:"sessions"`
	Players  int       `json:"players"` // number of players whose names are known
	Seconds  float64   `json:"seconds"`
	Means    []Mean    `json:"means"` // by measure
	Vendi    Mean      `json:"vendi"` // score of the N windows of all sessions together; its error is that of the jackknife over sessions
	Changes  int       `json:"key_changes"`
	Before   Harmony   `json:"before"`  // in the beats before all key changes together
	ByBeat   []Harmony `json:"by_beat"` // in each beat after all key changes together

	perPlayer []map[string]float64 // by measure, the mean of each player
}

// A Mean is a mean over N players and its standard error. For a single player Error is nil, for none both are nil.
type Mean struct {
	N     int      `json:"n"`
	Value *float64 `json:"mean"`
	Error *float64 `json:"standard_error"`
}

// A PairedPolicy compares two policies by one measure over the players who played with both.
type PairedPolicy struct {
	Measure string   `json:"measure"`
	A       string   `json:"a"`
	B       string   `json:"b"`
	N       int      `json:"players"`
	Mean    *float64 `json:"mean_difference"` // a minus b
	Error   *float64 `json:"standard_error"`
	T       *float64 `json:"t"`
	TP      *float64 `json:"t_p"`
	TPHolm  *float64 `json:"t_p_holm"` // corrected for the number of pairs in this measure
	W       *float64 `json:"w"`        // Wilcoxon's
	WP      *float64 `json:"w_p"`
	WPHolm  *float64 `json:"w_p_holm"`
}

// NewStudy compares the policies of sessions.
func NewStudy(sessions []Measured) *Study {
	s := &Study{Sessions: sessions, Measures: measures, Policies: []PolicyStudy{}, Pairs: []PairedPolicy{}}
	of := map[string][]*Measured{}
	for i := range sessions {
		m := &sessions[i]
		if played := m.played(); len(played) > 1 {
			s.Mixed++
		} else {
			of[played[0]] = append(of[played[0]], m)
		}
	}
	for _, policy := range slices.Sorted(maps.Keys(of)) {
		s.Policies = append(s.Policies, studyPolicy(policy, of[policy]))
	}
	for i := range measures {
		s.pair(i)
	}
	return s
}

// played returns the policies that played. They differ from the manifest's if another policy took over, even before the first
// frame.
func (m *Measured) played() []string {
	if len(m.Policies) == 0 {
		return []string{m.Policy}
	}
	return slices.Sorted(maps.Keys(m.Policies))
}

func studyPolicy(policy string, sessions []*Measured) PolicyStudy {
	p := PolicyStudy{Policy: policy, Sessions: len(sessions), ByBeat: []Harmony{}}
	players := map[string]bool{}
	var all Diversity
	var each []*Diversity
	for _, m := range sessions {
		p.Seconds += m.Seconds
		if player := m.Player(); player != "" {
			players[player] = true
		}
		for _, a := range m.Adaptations {
			p.Changes++
			p.Before = p.Before.plus(a.Before)
			for beat, h := range a.ByBeat {
				if beat == len(p.ByBeat) {
					p.ByBeat = append(p.ByBeat, Harmony{})
				}
				p.ByBeat[beat] = p.ByBeat[beat].plus(h)
			}
		}
		if m.Windows > 0 {
			all.join(m.Diversity)
			each = append(each, m.Diversity)
		}
	}
	p.Players = len(players)
	for _, measure := range measures {
		mine, alone := byPlayer(sessions, measure)
		p.perPlayer = append(p.perPlayer, mine)
		p.Means = append(p.Means, meanOf(append(slices.Collect(maps.Values(mine)), alone...)))
	}
	if all.Windows > 0 {
		score, deviation := jackknife(&all, each)
		p.Vendi = Mean{all.Windows, finite(score), finite(deviation)}
	}
	return p
}

// byPlayer returns each player's mean of a measure, and the values of the sessions without a player.
func byPlayer(sessions []*Measured, measure Measure) (mine map[string]float64, alone []float64) {
	values := map[string][]float64{}
	for _, m := range sessions {
		value, known := measure.of(m)
		switch player := m.Player(); {
		case !known:
		case player == "":
			alone = append(alone, value)
		default:
			values[player] = append(values[player], value)
		}
	}
	mine = map[string]float64{}
	for player, v := range values {
		mine[player] = stat.Mean(v, nil)
	}
	return mine, alone
}

func meanOf(values []float64) Mean {
	n := float64(len(values))
	return Mean{len(values), finite(stat.Mean(values, nil)), finite(stat.StdErr(stat.StdDev(values, nil), n))}
}

// pair compares each pair of policies by a measure.
func (s *Study) pair(measure int) {
	first := len(s.Pairs)
	var ts, ws []float64
	for i := range s.Policies {
		for j := i + 1; j < len(s.Policies); j++ {
			a, b := &s.Policies[i], &s.Policies[j]
			var apart []float64
			for _, player := range slices.Sorted(maps.Keys(a.perPlayer[measure])) {
				if value, both := b.perPlayer[measure][player]; both {
					apart = append(apart, difference(a.perPlayer[measure][player], value))
				}
			}
			if len(apart) < 2 {
				continue
			}
			t := testPairs(apart)
			s.Pairs = append(s.Pairs, PairedPolicy{
				Measure: measures[measure].Name, A: a.Policy, B: b.Policy, N: t.Pairs, Mean: finite(t.Mean), Error: finite(t.Error),
				T: finite(t.T), TP: finite(t.TP), W: finite(t.W), WP: finite(t.WP),
			})
			ts, ws = append(ts, t.TP), append(ws, t.WP)
		}
	}
	ts, ws = holm(ts), holm(ws)
	for i := range s.Pairs[first:] {
		s.Pairs[first+i].TPHolm, s.Pairs[first+i].WPHolm = finite(ts[i]), finite(ws[i])
	}
}

// difference returns a minus b, rounded to a billionth so that equal differences compare as equal: as computed, .8 - .6 and .6 -
// .4 do not.
func difference(a, b float64) float64 { return math.Round((a-b)*1e9) / 1e9 }

// finite returns a figure for JSON, or nil for NaN and infinity, which JSON does not have.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}
