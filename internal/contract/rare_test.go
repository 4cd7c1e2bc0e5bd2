package contract_test

import _ "github.com/xsale-go/xsale/internal/contract/rare" // for all tests of this directory
