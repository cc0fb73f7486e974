using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tspm.Json;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision;
using Tspm.Supervision.Commands;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Daemon.Control;

/// <summary>
/// Turns one request line into one answer line: parses and checks the request, calls the handler of its method, and
/// writes the result or the error as JSON-RPC.
/// </summary>
internal sealed class RequestHandler(DaemonContext context)
{
    readonly IdempotentAnswers _answers = new();

    /// <summary>Handles one request line.</summary>
    /// <returns>The answer; null for a notification, which gets none.</returns>
    public async Task<byte[]?> Handle(ReadOnlyMemory<byte> line, ClientConnection connection)
    {
        JsonElement id = default;
        string? method = null, key = null;
        var (begun, code) = (Stopwatch.GetTimestamp(), 0);
        context.IdleTrim.Touch();
        try
        {
            var wait = connection.ChargePace();
            using var document = Parse(line);
            id = IdOf(document.RootElement);
            if (wait > TimeSpan.Zero) throw TooFast(wait);
            var request = StrictJson.Read(document.RootElement, WireJson.Default.RpcRequest, "request");
            if (request.Method.Length == 0)
                throw new RequestException(ErrorCode.InvalidRequest, "the request has no method");
            method = request.Method;
            if (RequestLimits.Problem(request.Params, out var details) is { } excess)
                throw new RequestException(ErrorCode.InvalidParams, excess, details);
            var handler = HandlerTable.Find(method) ?? throw await Unknown(method);
            if (handler.Method.Kind == MethodKind.EndsDaemon) Record(request, connection);
            if (request.IdempotencyKey is { Length: > 0 } given && !handler.Method.OnlyReads) key = given;
            var answer = key is not null
                ? await _answers.Once(key, method, () => Dispatch(handler, request, connection))
                : await Dispatch(handler, request, connection);
            return request.Id.ValueKind == JsonValueKind.Undefined ? null : answer(id);
        }
        catch (Exception e)
        {
            var error = ErrorOf(e);
            code = error.Code;
            if (key is not null && code == ErrorCode.ShuttingDown) _answers.Forget(key);
            return Framing.Error(id, error);
        }
        finally
        {
            context.Counters.Count(method, code, begun);
            context.IdleTrim.Touch();
        }
    }

    RequestException TooFast(TimeSpan wait)
    {
        var (most, milliseconds) = (context.Limits.RequestsPerSecond, (int)Math.Ceiling(wait.TotalMilliseconds));
        return new RequestException(ErrorCode.LimitExceeded,
            $"more than {most} requests per second on one connection; this request was not started, try again in "
                + $"{milliseconds} ms",
            new RpcErrorData
            {
                Expected = $"at most {most} requests per second, {context.Limits.RequestBurst} at once",
                RetryAfterMs = milliseconds,
            });
    }

    /// <summary>
    /// The error for a method that this version does not know. A daemon that is about to be replaced reports that
    /// instead, because its successor may know the method.
    /// </summary>
    async Task<Exception> Unknown(string method)
    {
        if (context.IsShuttingDown) return new ShuttingDownException();
        if (!await context.Changes.Enter())
            return new RequestException(ErrorCode.ShuttingDown, DaemonContext.UpgradingMessage);
        context.Changes.Leave();
        return new RequestException(
            ErrorCode.MethodNotFound,
            $"unknown method '{method}'; the methods have the names of the command-line verbs");
    }

    Task<Func<JsonElement, byte[]>> Dispatch(Handler handler, RpcRequest request, ClientConnection connection) =>
        handler.Method.Kind == MethodKind.Changes
            ? Change(handler, request, connection)
            : handler.Answer(context, ParametersOf(request), connection);

    /// <summary>Handles a change, unless the daemon is about to exit.</summary>
    async Task<Func<JsonElement, byte[]>> Change(Handler handler, RpcRequest request, ClientConnection connection)
    {
        if (context.IsShuttingDown) throw new ShuttingDownException();
        if (!await context.Changes.Enter())
            throw new RequestException(ErrorCode.ShuttingDown, DaemonContext.UpgradingMessage);
        try
        {
            if (!IsDryRun(handler, request)) Record(request, connection);
            return await handler.Answer(context, ParametersOf(request), connection);
        }
        finally
        {
            context.Changes.Leave();
        }
    }

    static JsonElement ParametersOf(RpcRequest request) =>
        request.Params.ValueKind == JsonValueKind.Undefined ? EmptyObject : request.Params;

    /// <summary>True for <c>plan</c>, which changes nothing and is therefore not recorded.</summary>
    static bool IsDryRun(Handler handler, RpcRequest request) =>
        handler.Method == Methods.Apply && request.Params is { ValueKind: JsonValueKind.Object } parameters
        && parameters.TryGetProperty("dryRun", out var dryRun) && dryRun.ValueKind == JsonValueKind.True;

    /// <summary>Records which client requested what, regardless of the outcome.</summary>
    void Record(RpcRequest request, ClientConnection connection) => context.Events.Append(new ProcessEvent
    {
        Kind = EventKind.Request,
        Request = request.Method,
        Selectors = RequestSummary.Describe(request.Params),
        ByUid = connection.Requester?.Uid,
        ByPid = connection.Requester?.Pid,
    });

    static readonly JsonElement EmptyObject = JsonDocument.Parse("{}").RootElement;

    static JsonDocument Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            throw document.RootElement.ValueKind == JsonValueKind.Array
                ? new RequestException(ErrorCode.InvalidRequest, "batches are not supported; send one request per line")
                : new RequestException(ErrorCode.InvalidRequest,
                    "a request is a JSON object, such as {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"list\"}");
        }
        catch (JsonException e)
        {
            throw new RequestException(ErrorCode.ParseError,
                $"this line is not valid JSON (at byte {(e.BytePositionInLine ?? 0) + 1}); a request is one JSON "
                    + "object on one line");
        }
    }

    static JsonElement IdOf(JsonElement request) =>
        request.TryGetProperty("id", out var id) && id.ValueKind is JsonValueKind.Number or JsonValueKind.String
            ? id.Clone()
            : default;

    RpcError ErrorOf(Exception e)
    {
        switch (e)
        {
            case RequestException refused:
                return new RpcError { Code = refused.Code, Message = refused.Message, Data = refused.Details };
            case OrderRefusedException refused:
                return new RpcError { Code = ErrorCode.Failed, Message = refused.Message };
            case InvalidOrderException invalid:
                return new RpcError { Code = ErrorCode.InvalidParams, Message = invalid.Message };
            case NoSuchProcessException unknown:
                var unmatched = unknown.IsInvalid ? ErrorCode.InvalidParams : ErrorCode.NoSuchProcess;
                return new RpcError { Code = unmatched, Message = unknown.Message };
            case ShuttingDownException ending:
                return new RpcError { Code = ErrorCode.ShuttingDown, Message = ending.Message };
            case ClientGoneException:
                // Nobody reads this: the attempt to send it ends the connection.
                return new RpcError { Code = ErrorCode.Failed, Message = e.Message };
            case StrictJsonException json:
                var data = new RpcErrorData
                {
                    Path = json.Path,
                    Expected = json.Expected,
                    Found = json.Found,
                    Hint = json.Hint,
                };
                var code = json.Path.StartsWith("request", StringComparison.Ordinal)
                    ? ErrorCode.InvalidRequest
                    : ErrorCode.InvalidParams;
                return new RpcError { Code = code, Message = json.Message, Data = data };
            default:
                context.Log.LogError(e, "internal error while answering a request: {Type}", e.GetType().Name);
                return new RpcError
                {
                    Code = ErrorCode.InternalError,
                    Message = "internal error in the daemon; please report it with the last lines of "
                        + $"{context.Home.DaemonLog}",
                };
        }
    }
}
