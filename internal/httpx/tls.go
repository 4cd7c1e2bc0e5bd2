package httpx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
)

// PermanentTLS reports whether a TLS connection failed for a reason that stays until somebody
// changes a certificate or a setting.
func PermanentTLS(err error) bool {
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, hostname := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	return untrusted || unknown || hostname || invalid || plain || refusedByServer(err)
}

// refusedByServer reports whether the server ended the handshake with an alert, such as for a
// missing client certificate. The type of the alert is private to crypto/tls.
func refusedByServer(err error) bool {
	failed, ok := errors.AsType[*net.OpError](err)
	return ok && failed.Op == "remote error" && failed.Err.Error() != "tls: internal error"
}
