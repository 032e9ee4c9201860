package syn

// Stacks of which no record tells resemble those that one does: most of them are small, and
// have few options and round windows. So an order or a window that many stacks have is no
// proof of the one that is known. Source: shares of the 379 classes of Hershel (2014) and
// Hershel+ (2016) that are neither Linux nor Windows nor Apple's. Orders of which records tell
// most stacks are left out.

// usualOrders are the orders of options that are met more often than others.
var usualOrders = [...]struct {
	letters string
	share   float64
}{{"M", 0.33}, {"MNWNNT", 0.19}, {"", 0.04}, {"MNW", 0.03}, {"MNWNNTNNS", 0.03}}

// usualForms are the orders as forms: what such stacks answer to SYNs that offer less.
var usualForms = func() (out [len(usualOrders)]Form) {
	for i := range out {
		l, _ := ParseLetters(usualOrders[i].letters)
		out[i].Layouts = []Layout{l}
	}
	return out
}()

// usualOrder is how likely the layout of a packet is where nothing is known of the stack.
// fits are, for each usual order, the offers to which it is the answer.
func (s *subject) usualOrder(fits []uint8) float64 {
	p, rest := 0.0, 1.0
	for i, o := range usualOrders {
		p += o.share * s.order(fits[i])
		rest -= o.share
	}
	return p + rest*someOrder
}

// usualWindow is how likely a window is where nothing is known of the stack.
func usualWindow(w uint16) float64 {
	switch w {
	case 0x2000, 0x4000:
		return 0.1
	case 0x1000, 0x16D0, 0x21F0, 0xFFFF:
		return 0.05
	}
	return someWindow
}
