package syn

// How likely it is that a host shows what its record does not say: change by
// configuration, by the path, or by a version that nobody has measured. Windows, TTLs,
// DF, order and MSS are as Hershel has them (docs/passive.md), the others are estimates.
const (
	changedWindow = 0.1
	changedTTL    = 0.05
	tooFar        = 0.01   // beyond FarHops
	handMade      = 0.0005 // a SYN from a TTL of 255, perhaps without DF, of a stack that sends none: scanners do
	changedDF     = 0.05
	changedID     = 0.03
	changedOrder  = 0.01
	changedMSS    = 0.3
	changedScale  = 0.07
	changedZero   = 0.1  // timestamps of zero that are not
	changedFlow   = 0.3  // flow label of IPv6
	changedECN    = 0.2  // ECN that is asked for is washed off
	droppedOption = 0.02 // an option is left out, by a setting or by the path
	cookie        = 0.01 // a SYN-ACK is a SYN cookie, which keeps options in a timestamp or not at all (tcp_syncookies of Linux)
	asksECN       = 0.04 // a SYN asks for it although the record does not say so
	isZero        = 0.02 // a timestamp is zero although the record does not say so
	oddity        = 0.01 // any other quirk that the record does not say
	lostOddity    = 0.1  // one that it says is missing
)

// How likely a value is where nothing is known of the stack.
const (
	someWindow  = 0.01
	someMSS     = 0.05
	someOrder   = 0.02
	someScale   = 1.0 / 8
	someQuirk   = 0.1
	mostWindows = 4 // alternatives among which the likelihood of a window is shared; a range is as many
	mostScales  = 6 // the same of scales
	mostListed  = 4 // the same of MSS
)

// usualTTL are the initial TTLs of hosts of which nothing is known.
func usualTTL(initial uint8) float64 {
	switch initial {
	case 64:
		return 0.6
	case 128:
		return 0.25
	case 255:
		return 0.13
	}
	return 0.02
}

const usualDF, usualZeroID = 0.8, 0.5

// Attr is what a likelihood is made of.
type Attr uint8

// Attributes, in the order of a record line.
const (
	AttrTTL Attr = iota
	AttrDF
	AttrID
	AttrWindow
	AttrMSS
	AttrScale
	AttrOrder
	AttrZero // timestamp of zero
	AttrECN
	AttrFlow
	AttrQuirks
	AttrIPLength
	AttrData
	NumAttrs
)

var attrNames = [NumAttrs]string{"TTL", "DF", "ID", "W", "MSS", "WS", "O", "TS", "ECN", "FL", "Q", "OL", "D"}

// String is the name in record lines.
func (a Attr) String() string { return attrNames[a] }

// Weights are the logarithms of the likelihoods of all attributes, and their sum.
type Weights [NumAttrs]float64

// Sum is the logarithm of the likelihood of the whole packet.
func (w *Weights) Sum() (sum float64) {
	for _, v := range w {
		sum += v
	}
	return sum
}
