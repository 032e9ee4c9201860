package listen

// slab holds values under numbers from 1 on. It grows by chunks, so that nothing is ever
// moved; what is dropped is used again.
type slab[T any] struct {
	chunks [][]T
	used   uint32 // numbers given so far, 0 included, which stands for none
	free   []uint32
}

const (
	chunkBits = 10
	chunkSize = 1 << chunkBits
)

// at gives the value of a number.
func (s *slab[T]) at(i uint32) *T { return &s.chunks[i>>chunkBits][i%chunkSize] }

// take gives a number whose value is zero.
func (s *slab[T]) take() uint32 {
	if n := len(s.free); n > 0 {
		i := s.free[n-1]
		s.free = s.free[:n-1]
		return i
	}
	if s.used == 0 {
		s.used = 1
	}
	if int(s.used)>>chunkBits == len(s.chunks) {
		s.chunks = append(s.chunks, make([]T, chunkSize))
	}
	s.used++
	return s.used - 1
}

// drop frees a number.
func (s *slab[T]) drop(i uint32) {
	var zero T
	*s.at(i) = zero
	s.free = append(s.free, i)
}

// len is how many values there are.
func (s *slab[T]) len() int { return int(max(s.used, 1)) - 1 - len(s.free) }
