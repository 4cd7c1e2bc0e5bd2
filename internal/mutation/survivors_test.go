package mutation_test

// survivors are the mutations that the suite cannot notice, with the reason.
var survivors = map[string]string{}
