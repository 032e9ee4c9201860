package gen1

// Growth is how initial sequence numbers grow from one connection to the next.
type Growth struct {
	Class Class
	Value uint32 // the number, if Constant
	GCD   uint32 // of the differences
	Index uint32 // SI: how hard the next number is to guess, by the deviation of the differences in units of GCD
}

// Class is a kind of growth.
type Class uint8

// The classes.
const (
	Constant         Class = iota // C
	Rule64K                       // 64K: multiples of 64000
	Increments800                 // i800: multiples of 800
	TimeDependent                 // TD
	RandomIncrements              // RI
	TrulyRandom                   // TR
)

var classes = [...]struct{ name, prose string }{
	Constant:         {"C", "constant sequence number (!)"},
	Rule64K:          {"64K", "64K rule"},
	Increments800:    {"i800", "increments by 800"},
	TimeDependent:    {"TD", "trivial time dependency"},
	RandomIncrements: {"RI", "random positive increments"},
	TrulyRandom:      {"TR", "truly random"},
}

// String is the class as a print writes it.
func (c Class) String() string { return classes[c].name }

// Prose is the class in Nmap's words.
func (c Class) Prose() string { return classes[c].prose }

// Difficulty is the index in Nmap's words.
func (g Growth) Difficulty() string {
	switch i := g.Index; {
	case i < 10:
		return "Trivial joke"
	case i < 80:
		return "Easy"
	case i < 3000:
		return "Medium"
	case i < 5000:
		return "Formidable"
	case i < 100000:
		return "Worthy challenge"
	}
	return "Good luck!"
}

// Bounds between the classes.
const (
	randomStep  = 50_000_000 // a greater difference makes numbers truly random
	randomIndex = 75         // least index of random increments
)

// Indexes of classes that have one by rule.
const (
	index64K    = 1
	index800    = 10
	indexRandom = 9_999_999
)

// GrowthOf classifies initial sequence numbers in the order of their connections, at
// least two.
func GrowthOf(isns []uint32) Growth {
	d := make([]uint32, len(isns)-1)
	var common, widest uint32
	for i := range d {
		d[i] = difference(isns[i+1], isns[i])
		common, widest = gcd(common, d[i]), max(widest, d[i])
	}
	g := Growth{GCD: common}
	switch {
	case common == 0:
		g.Class, g.Value = Constant, isns[0]
	case common%64000 == 0:
		g.Class, g.Index = Rule64K, index64K
	case common%800 == 0:
		g.Class, g.Index = Increments800, index800
	case widest > randomStep:
		g.Class, g.Index = TrulyRandom, indexRandom
	default:
		for i := range d {
			d[i] /= common
		}
		if g.Class, g.Index = TimeDependent, deviation(d); g.Index >= randomIndex {
			g.Class = RandomIncrements
		}
	}
	return g
}
