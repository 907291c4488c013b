package session

import "encoding/xml"

// The elements of MusicXML 4.0 that a lead sheet needs, with their children in the order of the schema
// (https://www.w3.org/2021/06/musicxml40/).

const musicXMLHead = xml.Header +
	`<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">` + "\n"

type (
	xmlScore struct {
		XMLName  xml.Name     `xml:"score-partwise"`
		Version  string       `xml:"version,attr"`
		Title    string       `xml:"work>work-title"`
		Software string       `xml:"identification>encoding>software"`
		Supports []xmlSupport `xml:"identification>encoding>supports"`
		PartList xmlScorePart `xml:"part-list>score-part"`
		Part     xmlPart      `xml:"part"`
	}
	xmlSupport struct {
		Element string `xml:"element,attr"`
		Type    string `xml:"type,attr"`
	}
	xmlScorePart struct {
		ID         string        `xml:"id,attr"`
		Name       string        `xml:"part-name"`
		Instrument xmlInstrument `xml:"score-instrument"`
	}
	xmlInstrument struct {
		ID    string `xml:"id,attr"`
		Name  string `xml:"instrument-name"`
		Sound string `xml:"instrument-sound"` // a name of MusicXML's sounds.xml
	}
	xmlPart struct {
		ID       string       `xml:"id,attr"`
		Measures []xmlMeasure `xml:"measure"`
	}
	xmlMeasure struct {
		Number   int64  `xml:"number,attr"`
		Implicit string `xml:"implicit,attr,omitempty"` // "yes" hides the number, as of a pickup
		Content  []any  // elements that bring their own names
	}
	xmlAttributes struct {
		XMLName   xml.Name `xml:"attributes"`
		Divisions int      `xml:"divisions"` // per quarter note
		Fifths    int      `xml:"key>fifths"`
		Mode      string   `xml:"key>mode"`
		Beats     string   `xml:"time>beats"`
		BeatType  uint8    `xml:"time>beat-type"`
		Sign      string   `xml:"clef>sign"`
		Line      int      `xml:"clef>line"`
	}
	xmlTime struct {
		XMLName  xml.Name `xml:"attributes"`
		Beats    string   `xml:"time>beats"`
		BeatType uint8    `xml:"time>beat-type"`
	}
	xmlDirection struct {
		XMLName   xml.Name     `xml:"direction"`
		Placement string       `xml:"placement,attr"`
		Metronome xmlMetronome `xml:"direction-type>metronome"`
		Offset    int64        `xml:"offset,omitempty"`
		Sound     xmlSound     `xml:"sound"`
	}
	xmlMetronome struct {
		Unit      string    `xml:"beat-unit"`
		Dot       *struct{} `xml:"beat-unit-dot"`
		PerMinute string    `xml:"per-minute"`
	}
	xmlSound struct {
		XMLName xml.Name `xml:"sound"`
		Tempo   float64  `xml:"tempo,attr"` // quarter notes a minute
		Offset  int64    `xml:"offset,omitempty"`
	}
	xmlWords struct {
		XMLName   xml.Name `xml:"direction"`
		Placement string   `xml:"placement,attr"`
		Words     string   `xml:"direction-type>words"`
		Offset    int64    `xml:"offset,omitempty"`
		Swing     xmlSwing `xml:"sound>swing"`
	}
	xmlSwing struct {
		Straight *struct{} `xml:"straight"`
		First    int64     `xml:"first,omitempty"`
		Second   int64     `xml:"second,omitempty"`
		Type     string    `xml:"swing-type,omitempty"`
	}
	xmlHarmony struct {
		XMLName xml.Name    `xml:"harmony"`
		Root    xmlStep     `xml:"root>root-step"`
		Alter   int         `xml:"root>root-alter,omitempty"`
		Kind    xmlKind     `xml:"kind"`
		Degrees []xmlDegree `xml:"degree"`
		Offset  int64       `xml:"offset,omitempty"`
	}
	xmlStep struct {
		Text *string `xml:"text,attr"`
		Step string  `xml:",chardata"`
	}
	xmlKind struct {
		Text string `xml:"text,attr"`
		Kind string `xml:",chardata"`
	}
	xmlDegree struct {
		Value int    `xml:"degree-value"`
		Alter int    `xml:"degree-alter"`
		Type  string `xml:"degree-type"`
	}
	xmlNote struct {
		XMLName    xml.Name      `xml:"note"`
		Rest       *xmlRest      `xml:"rest"`
		Pitch      *xmlPitch     `xml:"pitch"`
		Duration   int64         `xml:"duration"`
		Ties       []xmlTie      `xml:"tie"`
		Voice      int           `xml:"voice"`
		Type       string        `xml:"type,omitempty"`
		Dots       []struct{}    `xml:"dot"`
		Accidental string        `xml:"accidental,omitempty"`
		Beams      []xmlBeam     `xml:"beam"`
		Notations  *xmlNotations `xml:"notations"`
	}
	xmlRest struct {
		Measure string `xml:"measure,attr,omitempty"`
	}
	xmlPitch struct {
		Step   string `xml:"step"`
		Alter  int    `xml:"alter,omitempty"`
		Octave int    `xml:"octave"`
	}
	xmlTie struct {
		Type string `xml:"type,attr"`
	}
	xmlBeam struct {
		Number int    `xml:"number,attr"`
		Value  string `xml:",chardata"`
	}
	xmlNotations struct {
		Tied []xmlTie `xml:"tied"`
	}
	xmlBarline struct {
		XMLName  xml.Name `xml:"barline"`
		Location string   `xml:"location,attr"`
		Style    string   `xml:"bar-style"`
	}
)

// A harmonyKind is a chord quality in MusicXML.
type harmonyKind struct {
	kind string
	adds int // degree that is added to the kind; 0 for none
}

// harmonyKinds has the kind of each quality, by the quality's symbol. An added seventh is that of a dominant chord.
var harmonyKinds = map[string]harmonyKind{
	"": {"major", 0}, "m": {"minor", 0}, "dim": {"diminished", 0}, "aug": {"augmented", 0},
	"sus2": {"suspended-second", 0}, "sus4": {"suspended-fourth", 0}, "5": {"power", 0},
	"6": {"major-sixth", 0}, "m6": {"minor-sixth", 0},
	"7": {"dominant", 0}, "maj7": {"major-seventh", 0}, "m7": {"minor-seventh", 0}, "mmaj7": {"major-minor", 0},
	"dim7": {"diminished-seventh", 0}, "m7b5": {"half-diminished", 0}, "aug7": {"augmented-seventh", 0},
	"7sus4": {"suspended-fourth", 7}, "add9": {"major", 9}, "madd9": {"minor", 9},
	"9": {"dominant-ninth", 0}, "maj9": {"major-ninth", 0}, "m9": {"minor-ninth", 0},
}
