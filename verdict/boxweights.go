package verdict

import "math"

// This file has all figures behind boxes, in one place: how often something is seen of
// one stack, and of two. They were set by hand; the first are chosen to be too large
// rather than too small. docs/boxes.md explains them.
const (
	// boxPrior is the probability of a box where its traces could show.
	boxPrior = 0.03
	// boxSurest is the least probability with which a box is reported.
	boxSurest = 0.8
	// boxFactor is the least Bayes factor with which a box is reported.
	boxFactor = 20
)

// chance is the probability that something differs, of one stack and of two.
type chance struct{ one, two float64 }

// differs is what a difference says for two stacks, as a natural logarithm.
func (c chance) differs() float64 { return math.Log(c.two / c.one) }

// agrees is the same for its absence; it speaks for one.
func (c chance) agrees() float64 { return math.Log((1 - c.two) / (1 - c.one)) }

// What differs between two ports that accept connections.
var (
	byInitialTTL = chance{0.006, 0.3} // a socket may set it; protection by TTL (RFC 5082) does
	byDF         = chance{0.02, 0.3}  // a socket may set it
	byIDKind     = chance{0.01, 0.4}  // IP ID zero or not; goes with DF
	byLayout     = chance{0.005, 0.5} // of options; the same for all sockets of a system
	byScale      = chance{0.05, 0.4}  // follows the buffer, which a socket may set
	byWindow     = chance{0.1, 0.5}   // the same
	byMSS        = chance{0.03, 0.1}  // a socket may set it
	byClock      = chance{0.005, 0.9} // timestamps of two clocks
	byCounter    = chance{0.005, 0.5} // IP IDs of two counters
)

// What one answer of a port differs in from another to the same SYN.
var (
	inHabit = chance{0.002, 0.2}  // initial TTL or options
	inSize  = chance{0.05, 0.15}  // window or MSS; small stacks offer what memory they have
	inClock = chance{0.002, 0.45} // timestamps of two clocks, one of them seen twice
)

// What the SYN-ACK of a connection has another than its FIN.
var (
	byHolderTTL  = chance{0.002, 0.3} // initial TTL; a program may set it once it has accepted
	byOtherClock = chance{0.005, 0.3} // timestamps that do not go on
	byStamps     = chance{0.02, 0.1}  // timestamps in one of them alone
)

// What firewalls rewrite: how often all packets of a system show it though its record
// has something else, without a firewall and with one that rewrites something.
var (
	byScrubDF  = chance{0.01, 0.5}
	byScrubID  = chance{0.01, 0.5}
	byScrubTTL = chance{0.03, 0.2} // anybody may set an initial TTL
	byScrubISN = chance{0.02, 0.3}
)

const (
	// scrubTogether is how often DF and IP IDs are both other than a record says.
	scrubTogether = 0.0003
	// scrubSharpen multiplies scores where they tell relatives apart, not families.
	scrubSharpen = 3
	// shared is what one clock or one counter for two ports says for two stacks.
	shared = -7
	// mostOfSocket bounds what may be one program's choice: header fields and sizes.
	mostOfSocket = 4.5
	// otherWay is the probability that answers of one stack seem to come over different
	// distances steadily: an unusual initial TTL for one kind of packet, a route by port.
	// Measured: 16 of 6000 personas, most of records of nmap-os-db.
	otherWay = 0.003
	// oldTTL is the same where an initial TTL of 60 or 30 explains it, as in 10 of the 16.
	oldTTL = 0.02
	// unequalPaths is the probability that a path is split into ways of different length.
	// Of n answers over two ways all fall as the ports do in one of 2^(n-1) cases.
	unequalPaths = 0.05
	// boxAway is the probability that a box stands at another distance than the host.
	boxAway = 0.5
	// ackPassed is how much more often an ACK of no connection comes to the host through a
	// SYN proxy than through a proxy: 0.5/0.02.
	ackPassed = 25
	// windowlessWeight is what SYN-ACKs with window 0 say: log(0.5/0.01). Few stacks send
	// them, and most SYN proxies.
	windowlessWeight = 3.9
)

// fromAfar is what n answers say for two stacks that have come over two distances, each
// port over its own. one is how often those of one stack do, otherWay or oldTTL.
func fromAfar(n int, one float64) float64 {
	return math.Log(boxAway / (one + unequalPaths*math.Exp2(float64(1-n))))
}

// proves reports whether a factor, as a natural logarithm, is enough to report a box.
func proves(weight float64) bool {
	odds := boxPrior / (1 - boxPrior) * math.Exp(weight)
	return weight >= math.Log(boxFactor) && odds >= boxSurest/(1-boxSurest)
}
