// Package store keeps files encrypted at rest.
package store

// Option changes how a store works.
type Option func(*options)

type options struct {
	keyLen     int
	iterations uint32
	stream     bool
}

const defaultKeyLen = 32

// WithStream seals with XChaCha20 instead of AES.
func WithStream() Option { return func(o *options) { o.stream = true } }

// WithIterations sets the passes of the password hash.
func WithIterations(n uint32) Option { return func(o *options) { o.iterations = n } }

func apply(opts []Option) *options {
	o := &options{keyLen: defaultKeyLen, iterations: 3}
	for _, opt := range opts {
		opt(o)
	}
	return o
}
