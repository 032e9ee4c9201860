package verdict

import (
	"whorl/osdb"
)

const (
	// ownPrior is how much more a record of ours is believed than a foreign one, as a
	// natural logarithm: ours were measured on stacks that we can name.
	ownPrior = 1.5
	// The model is learned where hundreds of records tell of one system. In a small
	// database each stands alone, and says more.
	fewReferences = 1000
	fewSharpen    = 1.6
	// foreignPrevalence divides the prevalence for foreign records: there the systems
	// that are met most often have many records already.
	foreignPrevalence = 4
)

// weighed are the references of set with what is known of them beforehand.
func weighed(set osdb.Set) *References {
	r := NewReferences(set)
	if len(r.Entries) < fewReferences {
		r.Sharpen = fewSharpen
	}
	for i, e := range r.Entries {
		if own(e) {
			r.Prior[i] = ownPrior + prevalence(e)
			continue
		}
		r.Prior[i] = prevalence(e) / foreignPrevalence
	}
	return r
}

// own reports whether a record is of a database kept by this project or the user.
func own(e *osdb.Entry) bool {
	return e.Source.Database == osdb.Embedded || e.Source.Database == osdb.User
}

// prevalence is how much more often a system is met than its one record among those of
// many devices suggests, as a natural logarithm.
func prevalence(e *osdb.Entry) float64 {
	for _, c := range classesOf(e) {
		switch c.Family {
		case "Linux", "Windows":
			return 3
		case "Darwin", "FreeBSD", "OpenBSD", "Solaris":
			return 1.5
		}
	}
	return 0
}
