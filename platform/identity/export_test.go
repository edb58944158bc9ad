package identity

// Work is what computing passwords has cost so far.
func Work() int64 { return work.Load() }
