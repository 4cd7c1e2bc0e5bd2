package call

import (
	"context"
	"log/slog"
	"strconv"
)

// Messages of the log lines.
const (
	logAttempt = "xsale request"
	logRetry   = "xsale retry"
	logCall    = "xsale call"
)

// logHooks returns hooks that log each attempt, each wait before another one, and the end of each
// call at debug level.
func logHooks(logger *slog.Logger) Hooks {
	log := func(line string) func(context.Context, Event) {
		return func(ctx context.Context, event Event) {
			if logger.Enabled(ctx, slog.LevelDebug) {
				logger.LogAttrs(ctx, slog.LevelDebug, line, logAttributes(line, event)...)
			}
		}
	}
	return Hooks{AttemptDone: log(logAttempt), Retry: log(logRetry), CallDone: log(logCall)}
}

// logAttributes is the allow-list of the log: nothing else is logged.
func logAttributes(line string, event Event) []slog.Attr {
	attributes := []slog.Attr{slog.String("operation", event.Operation), slog.String("method", event.Method), slog.String("route", event.Route)}
	if line == logRetry {
		reason := event.Class
		if event.Status != 0 {
			reason = strconv.Itoa(event.Status)
		}
		return append(attributes, slog.Int("attempt", event.Attempt), slog.Duration("wait", event.RetryWait), slog.String("reason", reason))
	}
	count := "attempt"
	if line == logCall {
		count = "attempts"
	}
	if event.BudgetSpent {
		attributes = append(attributes, slog.Bool("budget_spent", true))
	}
	return append(attributes,
		slog.Int("status", event.Status),
		slog.String("error", event.Class),
		slog.Int(count, event.Attempt),
		slog.Duration("duration", event.Duration),
		slog.Int64("request_bytes", event.RequestBytes),
		slog.Int64("response_bytes", event.ResponseBytes),
	)
}
