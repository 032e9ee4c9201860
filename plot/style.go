package plot

import "strings"

// styles are the classes of lines, texts and marks, on paper and on dark screens. The
// colours of candidates are of the palette of Okabe and Ito, which people see apart however
// they see colours; their greys differ too.
const styles = `
svg{font-family:"Liberation Sans",Arimo,Arial,Helvetica,sans-serif;font-size:11.5px}
path{fill:none;stroke-width:1;stroke:#111}
text{fill:#111}
.ground{fill:#fff}
.title{font-size:18.5px;font-weight:bold}
.lead{font-size:14.5px}
.head{font-size:12.5px;font-weight:bold}
.note{font-size:12px;font-weight:normal;fill:#5f5f5f}
.right{text-anchor:end}
.middle{text-anchor:middle}
.axis{stroke:#777;stroke-width:.7}
.grid{stroke:#ddd;stroke-width:.7}
.end,.stop{stroke-width:1.8}
.seen{fill:#111}
.dots{stroke-dasharray:1.3 2.7;stroke-width:.9}
.fit{stroke-dasharray:5 3}
.bar,.shape{stroke-width:1.5}
.shape{fill:#fff}
.c0{stroke:#0072b2}
.c1{stroke:#d55e00}
.c2{stroke:#009e73}
@media(prefers-color-scheme:dark){
path{stroke:#eee}
text{fill:#eee}
.ground,.shape{fill:#16181c}
.note{fill:#a8a8a8}
.axis{stroke:#8a8a8a}
.grid{stroke:#3a3d44}
.seen{fill:#eee}
.c0{stroke:#56b4e9}
.c1{stroke:#e69f00}
.c2{stroke:#2fc79a}
}
`

// mark is a shape, as a path from its middle.
type mark struct{ class, shape string }

var (
	seenMark = mark{"seen", "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0"}
	endMark  = mark{"end", "m-4-4l8 8m0-8l-8 8"}
	stopMark = mark{"stop", "m0-4.5v9"}
	// candidateMarks are a square, a triangle and a diamond.
	candidateMarks = [maxCandidates]mark{
		{"shape c0", "m-3.5-3.5h7v7h-7z"},
		{"shape c1", "m0-4.5l4 7h-8z"},
		{"shape c2", "m0-4.8l4.8 4.8l-4.8 4.8l-4.8-4.8z"},
	}
)

// radius is that of the widest mark, in px.
const radius = 4.8

// ink is the class of the colour of a candidate.
func ink(rank int) string { return [maxCandidates]string{"c0", "c1", "c2"}[bounded(rank)] }

// bounded makes a rank one that has a mark.
func bounded(rank int) int { return min(max(rank, 0), maxCandidates-1) }

// size is the height of most text in px, as in the style sheet.
const size = 11.5

// advance is about how wide a text of that size is, in px. The font is the reader's, so it
// counts wide letters, of DejaVu Sans: rather too much than too little.
func advance(s string) float64 {
	width := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune(" .,:;'|!()[]/-ijltfI", r):
			width += 0.36
		case r >= 'A' && r <= 'Z' || strings.ContainsRune("mw%@", r):
			width += 0.85
		case r > '⺀': // East Asian letters are as wide as high
			width++
		default:
			width += 0.61
		}
	}
	return width * size
}
