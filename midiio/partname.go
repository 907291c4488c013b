package midiio

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A nameRank says how surely a part's name means that it is the melody. The lowest rank is the surest.
type nameRank int

// The ranks, with examples.
const (
	melodyAlone   nameRank = iota // "Melody", and nothing else
	melodyAmong                   // "Melody 2", "Piano (melody)"
	voice                         // "Vocals"
	lead                          // "Lead guitar", "Theme"
	unnamed                       // the name says nothing
	accompaniment                 // "Bass", "Backing vocals"
)

// The words in names of parts, folded. A star stands for any ending.
var (
	melodyWords = wordList("melod* мелод* メロディ* 旋律 主旋律 멜로디 선율 μελωδια")
	voiceWords  = wordList(`vocal* vokal* voice* vox voz voces voix voce voci stimme singstimme gesang* singer* sing sang canto canta*
		chant* zang stem glos spiew* hlas* zpev* enek laulu вокал* голос* 歌 ボーカル ヴォーカル 主唱 人声 보컬 노래 φωνη`)
	leadWords = wordList(`lead* solo* theme* thema tema tune head main haupt* principal* soprano* sopran
		соло тема 主 リード ソロ 솔로`)
	accompanimentWords = wordList(`chord* akkord akkorde akkorder accord accords accordi acorde acordes akord akordy ackord bass bas bassi basso baixo bajo basse kontrabass*
		contrabass* contrabaj* contrebasse drum* perc* perk* schlagzeug batteri* bateri* trommel* tambour* pad pads
		harmony harmonie* armonia accomp* accompagn* acomp* begleit* comp comping backing background bgv bgvs choir* chor coro
		rhythm* arp arpegg* left lh linke gauche sinistra izquierda click metronome
		аккорд аккорды бас ударн* барабан* コード ベース ドラム 伴奏 和音 和弦 和声 贝斯 鼓 코드 베이스 드럼`)
)

// wordList returns the words of a text, folded.
func wordList(words string) []string {
	list := strings.Fields(words)
	for i, w := range list {
		list[i] = fold(w)
	}
	return list
}

// fold returns a text in lower case and without accents.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
}

// rankName ranks the name of a track or instrument by its whole words: "using" does not match "sing". If a name has a word of
// accompaniment, that word decides, unless the name also has a word for melody.
func rankName(name string) nameRank {
	words := nameWords(name)
	switch {
	case len(words) == 1 && hasWord(words, melodyWords) && !strings.ContainsFunc(name, unicode.IsDigit):
		return melodyAlone
	case hasWord(words, melodyWords):
		return melodyAmong
	case hasWord(words, accompanimentWords):
		return accompaniment
	case hasWord(words, voiceWords):
		return voice
	case hasWord(words, leadWords):
		return lead
	}
	return unnamed
}

// nameWords splits a name into folded words: at everything that is not a letter, and before a capital inside a word, as in
// "LeadVocal".
func nameWords(name string) []string {
	var spaced strings.Builder
	var last rune
	for _, r := range name {
		if unicode.IsLower(last) && unicode.IsUpper(r) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(r)
		last = r
	}
	return strings.FieldsFunc(fold(spaced.String()), func(r rune) bool { return !unicode.IsLetter(r) })
}

func hasWord(words, list []string) bool {
	return slices.ContainsFunc(words, func(word string) bool {
		return slices.ContainsFunc(list, func(known string) bool { return matches(word, known) })
	})
}

// matches reports whether a word of a name matches a known word. Chinese, Japanese and Korean have no spaces between words, so
// there the known word may be anywhere in it.
func matches(word, known string) bool {
	stem, open := strings.CutSuffix(known, "*")
	switch {
	case stem[0] >= 0x80 && isUnspaced(stem):
		return strings.Contains(word, stem)
	case open:
		return strings.HasPrefix(word, stem)
	}
	return word == known
}

func isUnspaced(word string) bool {
	return strings.ContainsFunc(word, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	})
}

// isTitle reports whether the name of a first track is the title of a song, rather than a name that programs give such a track.
func isTitle(name string) bool {
	words := nameWords(name)
	return len(words) > 0 && rankName(name) == unnamed && !slices.ContainsFunc(words, func(word string) bool {
		return slices.Contains([]string{"tempo", "conductor", "master", "track", "untitled", "unnamed", "control", "meta", "sequence", "midi"}, word)
	})
}
