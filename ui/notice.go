package ui

// A Notice is a short message to the player. The page words it in its own language, by Code and Args; Text is the same in English.
type Notice struct {
	Code  NoticeCode        `json:"code"`
	Args  map[string]string `json:"args"` // what the words of the code need, by name
	Text  string            `json:"text"`
	Why   *Problem          `json:"why,omitempty"`   // why it happened, which the page also words; nil for none
	Offer *Offer            `json:"offer,omitempty"` // nil for none
}

// A NoticeCode says what a notice is about. Codes stay as they are once released.
type NoticeCode string

// The codes, with their arguments.
const (
	NoticeProblem      NoticeCode = "problem"       // only Why
	NoticeInputGone    NoticeCode = "input_gone"    // port
	NoticeOutputGone   NoticeCode = "output_gone"   // port
	NoticePortBack     NoticeCode = "port_back"     // port
	NoticePortAwaited  NoticeCode = "port_awaited"  // port
	NoticePortOverrun  NoticeCode = "port_overrun"  // port
	NoticeBudgetBroken NoticeCode = "budget_broken" // at: bar and beat; step and budget: milliseconds
	NoticeBudgetMet    NoticeCode = "budget_met"    // as budget_broken
	NoticeFull         NoticeCode = "plays_full"    // at: the policy plays again
	NoticeFaster       NoticeCode = "plays_faster"  // at: the faster policy plays, to keep time
	NoticeHold         NoticeCode = "chord_held"    // at: the chord is held, to keep time
	NoticeMeter        NoticeCode = "meter_found"   // meter
	NoticeTempo        NoticeCode = "tempo_differs" // played and counted: quarter notes a minute
	NoticePreset       NoticeCode = "preset"        // name: a controller has changed to it
	NoticePresetFailed NoticeCode = "preset_failed" // name: a controller asked for it and it failed; Why says why
	NoticePresetLeft   NoticeCode = "preset_left"   // name, as preset; setting: it could not be set; Why says why
)

// NoticeCodes are all codes.
var NoticeCodes = []NoticeCode{
	NoticeProblem, NoticeInputGone, NoticeOutputGone, NoticePortBack, NoticePortAwaited, NoticePortOverrun, NoticeBudgetBroken, NoticeBudgetMet,
	NoticeFull, NoticeFaster, NoticeHold, NoticeMeter, NoticeTempo, NoticePreset, NoticePresetFailed, NoticePresetLeft,
}

// An Offer is a button beside a notice: it sets the setting Name to Value.
type Offer struct {
	Label string `json:"label"` // in English
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Notice shows a notice to the player.
func (s *Server) Notice(n Notice) { s.broadcast(encode(noticeMessage{"notice", n})) }
