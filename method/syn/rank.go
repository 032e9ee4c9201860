package syn

// Candidate is a record to rank.
type Candidate struct {
	Family    string  // records of one family are one answer
	Prior     float64 // how common such hosts are, as a weight against the others
	Reference Reference
}

// Ranking is what a packet says of all candidates.
type Ranking struct {
	Families []Share // the most probable first; only those that count
	Unknown  float64 // probability that no candidate describes the sender
	Between  bool    // the packet is [NearEnd]: no family is an answer
}

// Share is one family.
type Share struct {
	Family      string
	Probability float64
	Records     []Ranked // the likeliest first: those that the packet does not tell from the best
}

// Ranked is a candidate of a family.
type Ranked struct {
	Place         int     // in the list that was ranked
	Form          *Form   // of its reference, the one that describes the packet best
	LogLikelihood float64 // of the packet
}

// Figures of rankings.
const (
	Confident = 0.75 // from which probability on a family is an answer

	genericShare = 0.1  // what a last resort counts beside a specific form
	unknownPrior = 30   // weight of all stacks that no candidate describes
	near         = 3    // log likelihood by which records of a family are told apart, a factor of 20
	leastShare   = 0.01 // probability below which a family does not count
)

// Rank weighs all candidates for one packet. offer is what a SYN-ACK answers. Who has many
// packets keeps a [Ranker].
func Rank(candidates []Candidate, s Signature, offer Offer) Ranking {
	return NewRanker(candidates).Rank(s, offer)
}

// Answer is the family that is sure enough. ok is false if none is, or if something
// between answers.
func (r *Ranking) Answer() (s Share, ok bool) {
	if r.Between || len(r.Families) == 0 || r.Families[0].Probability < Confident {
		return Share{}, false
	}
	return r.Families[0], true
}
