<?php
// Runs the scenarios of a file and prints what came back, one JSON line per step.

declare(strict_types=1);

final class Reply
{
    public string $outcome = 'response';
    public int $status = 0;
    public array $headers = [];
    public string $text = '';
    public mixed $data = null;
    public int $attempts = 1;

    /** The seconds that Retry-After asks for, by the clock of the server. */
    public function wait(): ?int
    {
        $hint = $this->headers['retry-after'] ?? null;
        if ($hint === null || ctype_digit($hint)) {
            return $hint === null ? null : (int) $hint;
        }
        return max(0, strtotime($hint) - strtotime($this->headers['date']));
    }
}

/** A request on its way. Whatever comes back is a reply, also if it is nothing. */
final class Request
{
    public readonly CurlHandle $curl;
    private Reply $reply;

    public function __construct(string $base, string $request, array $headers, ?string $body = null, float $timeout = 60)
    {
        [$method, $path] = explode(' ', $request, 2);
        $this->reply = new Reply();
        $this->curl = curl_init($base . $path);
        $lines = ['Expect:'];
        foreach ($headers as $name => $value) {
            $lines[] = $value === null ? "$name:" : "$name: $value";
        }
        curl_setopt_array($this->curl, [
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_HTTPHEADER => $lines,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_PATH_AS_IS => true,
            CURLOPT_PROXY => '',
            CURLOPT_TIMEOUT_MS => (int) ($timeout * 1000),
            CURLOPT_HEADERFUNCTION => function (CurlHandle $_, string $line): int {
                if (str_contains($line, ':')) {
                    [$name, $value] = explode(':', $line, 2);
                    $this->reply->headers[strtolower($name)] = trim($value);
                }
                return strlen($line);
            },
        ]);
        if ($body !== null) {
            curl_setopt($this->curl, CURLOPT_POSTFIELDS, $body);
        }
    }

    public function send(): Reply
    {
        return $this->reply(curl_exec($this->curl), curl_errno($this->curl));
    }

    public function reply(string|false|null $text, int $error): Reply
    {
        $reply = $this->reply;
        $reply->status = curl_getinfo($this->curl, CURLINFO_RESPONSE_CODE);
        if ($error === CURLE_OPERATION_TIMEDOUT) {
            $reply->outcome = 'timeout';
        } elseif ($error !== 0) {
            $reply->outcome = $reply->status === 0 ? 'no response' : 'incomplete response';
        } else {
            $reply->text = (string) $text;
            $mediaType = explode(';', $reply->headers['content-type'] ?? '')[0];
            if ($reply->text !== '' && str_ends_with($mediaType, 'json')) {
                $reply->data = json_decode($reply->text);
                $reply->outcome = json_last_error() === JSON_ERROR_NONE ? 'response' : 'not JSON';
            }
        }
        return $reply;
    }
}

/** Waits as long as the server asks for, up to three times. */
function sendPatiently(mixed ...$request): Reply
{
    for ($attempts = 1;; $attempts++) {
        $reply = (new Request(...$request))->send();
        $reply->attempts = $attempts;
        if (!in_array($reply->status, [429, 503], true) || $reply->wait() === null || $attempts === 4) {
            return $reply;
        }
        sleep($reply->wait());
    }
}

/** Keeps its tokens until the API rejects them. */
final class Client
{
    private ?stdClass $tokens = null;

    public function login(array $changes): Reply
    {
        $form = ['grant_type' => 'password'];
        foreach (['client_id', 'client_secret', 'username', 'password', 'audience', 'scope'] as $name) {
            $form[$name] = getenv('XSALE_' . strtoupper($name));
        }
        $headers = ['Content-Type' => 'application/x-www-form-urlencoded'];
        $form = http_build_query(array_merge($form, $changes));
        $reply = sendPatiently('', 'POST ' . getenv('XSALE_TOKEN_URL'), $headers, $form);
        if ($reply->status === 200 && $reply->outcome === 'response') {
            $this->tokens = $reply->data;
        }
        return $reply;
    }

    public function call(string $request, array $headers, mixed ...$options): Reply
    {
        for ($attempts = 0, $loggedIn = false;;) {
            if ($this->tokens === null) {
                $login = $this->login([]);
                if ($this->tokens === null) {
                    $login->attempts = $attempts;
                    return $login;
                }
            }
            $tokens = [
                'Authorization' => 'Bearer ' . $this->tokens->access_token,
                'x-id-token' => $this->tokens->id_token,
            ];
            $reply = sendPatiently(getenv('XSALE_BASE_URL'), $request, array_merge($tokens, $headers), ...$options);
            $attempts = $reply->attempts += $attempts;
            $broken = in_array($reply->outcome, ['no response', 'incomplete response'], true);
            if ($reply->status === 401 && !$loggedIn) {
                [$this->tokens, $loggedIn] = [null, true];
            } elseif (!$broken || !str_starts_with($request, 'GET') || $attempts >= 3) {
                return $reply; // only a GET is harmless if the server has processed it already
            }
        }
    }
}

/** Returns the value at a JSON pointer, or null. The length of an array is at its end. */
function read(mixed $data, string $pointer): mixed
{
    foreach (array_slice(explode('/', $pointer), 1) as $key) {
        $data = match (true) {
            is_array($data) && $key === 'length' => count($data),
            is_array($data) => $data[(int) $key] ?? null,
            default => $data->$key ?? null,
        };
    }
    return $data;
}

/** The headers and options of a step. */
function prepare(stdClass $step): array
{
    $headers = isset($step->body) ? ['Content-Type' => 'application/json'] : [];
    $headers = array_merge($headers, (array) ($step->headers ?? []));
    $body = isset($step->body) ? json_encode($step->body, JSON_THROW_ON_ERROR) : null;
    return [$headers, $body, $step->timeout ?? 60];
}

/** The request of a step for the control API or a proxy. */
function request(stdClass $step): Request
{
    [$headers, $body, $timeout] = prepare($step);
    if (isset($step->control)) {
        return new Request(getenv('XSALE_BASE_URL') . '/_sandbox', $step->control, $headers, $body, $timeout);
    }
    $proxy = isset($step->proxy) ? 'XSALE_PROXY_' : 'XSALE_READ_ONLY_PROXY_';
    $headers = array_merge(['Xsale-Proxy-Secret' => getenv($proxy . 'SECRET')], $headers);
    return new Request(getenv($proxy . 'URL'), $step->proxy ?? $step->readOnlyProxy, $headers, $body, $timeout);
}

function runStep(Client $client, stdClass $step): Reply
{
    return match (true) {
        isset($step->login) => $client->login((array) $step->login),
        isset($step->call) => $client->call($step->call, ...prepare($step)),
        default => request($step)->send(),
    };
}

/** Sends the requests of several steps at once. */
function runTogether(array $steps): array
{
    $requests = array_map('request', $steps);
    $multi = curl_multi_init();
    foreach ($requests as $request) {
        curl_multi_add_handle($multi, $request->curl);
    }
    $errors = new SplObjectStorage();
    do {
        curl_multi_exec($multi, $running);
        while ($done = curl_multi_info_read($multi)) {
            $errors[$done['handle']] = $done['result'];
        }
        curl_multi_select($multi);
    } while ($running > 0);
    return array_map(
        fn (Request $r) => $r->reply(curl_multi_getcontent($r->curl), $errors[$r->curl]),
        $requests,
    );
}

function show(string $scenario, stdClass $step, Reply $reply, float $start): void
{
    $seen = [
        'scenario' => $scenario,
        'outcome' => $reply->outcome,
        'status' => $reply->status,
        'attempts' => $reply->attempts,
        'milliseconds' => (int) ((microtime(true) - $start) * 1000),
        'headers' => new stdClass(),
        'body' => new stdClass(),
    ];
    foreach ($step->expect->headers ?? [] as $name => $_) {
        $seen['headers']->$name = $reply->headers[strtolower($name)] ?? null;
    }
    foreach ($step->expect->body ?? [] as $pointer => $_) {
        $seen['body']->$pointer = read($reply->data, $pointer);
    }
    if (isset($step->expect->text)) {
        $seen['text'] = $reply->text;
    }
    echo json_encode($seen, JSON_THROW_ON_ERROR), "\n";
}

foreach (json_decode(file_get_contents($argv[1])) as $scenario) {
    $client = new Client();
    $values = ['${organization}' => getenv('XSALE_ORGANIZATION')];
    foreach ($scenario->steps as $template) {
        $step = json_decode(strtr(json_encode($template), $values));
        $start = microtime(true);
        if (isset($step->together)) {
            foreach (runTogether($step->together) as $i => $reply) {
                show($scenario->name, $step->together[$i], $reply, $start);
            }
            continue;
        }
        for ($i = 0; $i < ($step->times ?? 1); $i++) {
            $start = microtime(true);
            $reply = runStep($client, $step);
            show($scenario->name, $step, $reply, $start);
        }
        foreach ($step->keep ?? [] as $name => $pointer) {
            $values['${' . $name . '}'] = read($reply->data, $pointer);
        }
    }
}
