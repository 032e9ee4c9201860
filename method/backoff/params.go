package backoff

import "time"

// Params are all figures of the model that judges runs. docs/temporal.md tells what
// each rests on.
type Params struct {
	// Delay is the mean of the queueing delay of a packet, taken to be exponential,
	// where the run does not tell it; DelayFloor is the least that is believed.
	Delay, DelayFloor time.Duration
	// Jitter is the standard deviation of gaps after the first that a record does not
	// tell: a tick of 10 ms.
	Jitter time.Duration
	// Wheel is the most by which a timer wheel is late, as a part of the gap.
	Wheel float64
	// Ticks are those of timer wheels; the parts of hosts that have them are a guess. Of
	// the rest, and where the wheel does not tell when a timer expires, nothing is known but
	// Wheel.
	Ticks [numTicks]Tick

	// Conditions are what all flows of a host share.
	Conditions [numConditions]Condition
	// NoReset is the probability that a host that resets does not do so, loss apart.
	NoReset float64
	// Stray is the probability of a segment that the schedule does not know, StrayEnd
	// of a RST or FIN that it does not.
	Stray, StrayEnd float64
	// Truncated is the probability that a host stops early: defences against floods
	// do so.
	Truncated float64
	// LateFirst is the probability that the first segment was late by anything up to
	// the first gap: a router that had to look for us, a tarpit.
	LateFirst float64
	// NoProbe is the probability that a host that knows tail-loss probes sends none.
	NoProbe float64
	// Outlier is the probability that a gap is off by more than all of that. It is
	// then Student-t with OutlierDegrees degrees of freedom and a scale of
	// OutlierScale times the gap, at least.
	Outlier, OutlierScale, OutlierDegrees float64

	// Unknown is the prior of a schedule that no record has. It is told if it beats
	// the best record by UnknownFactor.
	Unknown, UnknownFactor float64

	// LikeOthers is the probability that a stack repeats in a state that its record does
	// not tell of as one does that is known, LikeSYN that it repeats FINs as it does
	// SYN-ACKs.
	LikeOthers, LikeSYN float64
	// MoreTrips is the probability that a host has measured a further round trip, of
	// data, and so on for each after it.
	MoreTrips float64

	// SameTick is the probability that a stack with ticks keeps to the same in all states
	// that its record tells of, LikeTick in those that it does not tell of.
	SameTick, LikeTick float64

	// OtherLaw is the probability that a stack does not repeat FINs as its record says, by
	// a setting perhaps, OddRun that something disturbed one run, OtherTrip that it has
	// not measured the round trip that we know, FreeTrip the same of a stack whose FINs no
	// record tells of. NoCopies is the part of SYN proxies that repeat no SYN-ACK.
	OtherLaw, OddRun, OtherTrip, FreeTrip, NoCopies float64

	// Sure is the posterior at which a group of schedules is decided.
	Sure float64
}

// Condition is what a path and a host may be like while all flows of an exchange run. One
// flow that shows it tells of the others.
type Condition struct {
	Share float64 // how likely it is
	Loss  float64 // probability that a segment is lost
	// A host with too little processor time does not keep its timers: Late is the least
	// standard deviation of its gaps, and a part of them, Stalls, is stretched further,
	// by times with the mean Stall.
	Late   time.Duration
	Stalls float64
	Stall  time.Duration
	// Slow is about how much longer than it should be a tick is, as a part of it, that
	// begins anew when it is over (Schedule.ticks).
	Slow float64
}

// The conditions. A path that loses more differs in that alone, a host whose tick is slow
// as well: hosts without one are usual then.
const (
	usual = iota
	lossy
	busy
	slow          // and all after it, each twice as slow as the one before
	numConditions = slow + 4
)

// DefaultParams are the figures in use.
func DefaultParams() Params {
	return Params{
		Delay: 20 * time.Millisecond, DelayFloor: 500 * time.Microsecond,
		Jitter: 10 * time.Millisecond, Wheel: 0.13, Ticks: [numTicks]Tick{{250, 0.4}, {1000, 0.3}, {100, 0.1}, {300, 0.05}},
		Conditions: [numConditions]Condition{
			usual:    {Share: 0.62, Loss: 0.01},
			lossy:    {Share: 0.15, Loss: 0.08},
			busy:     {Share: 0.03, Loss: 0.01, Late: 12 * time.Millisecond, Stalls: 0.1, Stall: 150 * time.Millisecond},
			slow:     {Share: 0.05, Loss: 0.01, Slow: 0.006},
			slow + 1: {Share: 0.05, Loss: 0.01, Slow: 0.012},
			slow + 2: {Share: 0.05, Loss: 0.01, Slow: 0.025},
			slow + 3: {Share: 0.05, Loss: 0.01, Slow: 0.05},
		},
		NoReset: 0.01, Stray: 0.001, StrayEnd: 0.01,
		Truncated: 0.02, LateFirst: 0.1, NoProbe: 0.1,
		Outlier: 0.02, OutlierScale: 0.005, OutlierDegrees: 4,
		Unknown: 0.05, UnknownFactor: 10, LikeOthers: 0.3, LikeSYN: 0.3, MoreTrips: 0.2, SameTick: 0.9, LikeTick: 0.5,
		OtherLaw: 0.002, OddRun: 0.02, OtherTrip: 0.004, FreeTrip: 0.5, NoCopies: 0.3, Sure: 0.99,
	}
}
