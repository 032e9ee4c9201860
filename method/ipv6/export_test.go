package ipv6

// For the tests in the lab, which need the database and so stand outside.
var (
	Vector      = vector
	ReadVector  = readVector
	Differences = differences
)
