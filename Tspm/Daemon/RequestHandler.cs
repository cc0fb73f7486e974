using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Tspm.Daemon.Handlers;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;
using Tspm.Supervision.Commands;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Daemon;

/// <summary>From one request line to one answer line: reads and checks, hands over to the verb's handler, turns every outcome into JSON-RPC.</summary>
internal sealed class RequestHandler(DaemonContext context)
{
    readonly IdempotentAnswers _answers = new();

    /// <summary>The answer; null for a notification.</summary>
    public async Task<byte[]?> Handle(ReadOnlyMemory<byte> line, ClientConnection connection)
    {
        JsonElement id = default;
        string? method = null, key = null;
        var (begun, code) = (Stopwatch.GetTimestamp(), 0);
        context.IdleTrim.Touch();
        try
        {
            var wait = connection.TakeFromPace();
            using var document = Parse(line);
            id = IdOf(document.RootElement);
            if (wait > TimeSpan.Zero) throw TooFast(wait);
            var request = StrictJson.Read(document.RootElement, WireJson.Default.RpcRequest, "request");
            if (request.Method.Length == 0) throw new RequestException(ErrorCode.InvalidRequest, "the request has no method");
            method = request.Method;
            if (RequestLimits.Problem(request.Params, out var details) is { } excess)
                throw new RequestException(ErrorCode.InvalidParams, excess, details);
            if (method is Methods.Shutdown or Methods.Upgrade) Record(request, connection);
            key = request.IdempotencyKey is { Length: > 0 } && !OnlyReads(method) ? request.IdempotencyKey : null;
            var answer = key is not null ? await _answers.Once(key, method, () => Dispatch(request, connection)) : await Dispatch(request, connection);
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
        }
    }

    static bool OnlyReads(string method) => method is Methods.Hello or Methods.Ping or Methods.Status or Methods.List or Methods.Search or Methods.Describe or Methods.Env or Methods.Logs or Methods.Events or Methods.Metrics;

    RequestException TooFast(TimeSpan wait)
    {
        var (most, milliseconds) = (context.Limits.RequestsPerSecond, (int)Math.Ceiling(wait.TotalMilliseconds));
        return new RequestException(ErrorCode.LimitExceeded, $"more than {most} requests a second on one connection; nothing of this was begun, ask again in {milliseconds} ms",
            new RpcErrorData { Expected = $"at most {most} requests a second, {context.Limits.RequestBurst} at once", RetryAfterMs = milliseconds });
    }

    Task<Func<JsonElement, byte[]>> Dispatch(RpcRequest request, ClientConnection connection) => request.Method switch
    {
        Methods.Hello => Answer(request, WireJson.Default.HelloRequest, StatusHandler.Hello, WireJson.Default.HelloResponse),
        Methods.Ping => Answer(request, WireJson.Default.EmptyRequest, StatusHandler.Ping, WireJson.Default.PingResponse),
        Methods.Status => Answer(request, WireJson.Default.EmptyRequest, StatusHandler.Handle, WireJson.Default.StatusResponse),
        Methods.List => Answer(request, WireJson.Default.ListRequest, ListHandler.Handle, WireJson.Default.ListResponse),
        Methods.Search => Answer(request, WireJson.Default.SearchRequest, SearchHandler.Handle, WireJson.Default.SearchResponse),
        Methods.Describe => Answer(request, WireJson.Default.DescribeRequest, DescribeHandler.Handle, WireJson.Default.DescribeResponse),
        Methods.Env => Answer(request, WireJson.Default.SelectorsRequest, EnvHandler.Handle, WireJson.Default.EnvResponse),
        Methods.Logs => Answer(request, WireJson.Default.LogsRequest, (c, r) => LogsHandler.Handle(c, r, connection), WireJson.Default.LogsResponse),
        Methods.Events => Answer(request, WireJson.Default.EventsRequest, (c, r) => EventsHandler.Handle(c, r, connection), WireJson.Default.EventsResponse),
        Methods.Metrics => Answer(
            request, WireJson.Default.MetricsRequest, MetricsHandler.Handle, WireJson.Default.MetricsResponse),
        Methods.Shutdown => Answer(request, WireJson.Default.EmptyRequest, (c, _) => ShutdownHandler.Handle(c, connection.Requester), WireJson.Default.ShutdownResponse),
        Methods.Upgrade => Answer(request, WireJson.Default.UpgradeRequest, (c, r) => UpgradeHandler.Handle(c, r, connection), WireJson.Default.UpgradeResponse),
        _ => Change(request, connection),
    };

    /// <summary>Verbs that change something: not begun any more when the daemon goes away.</summary>
    async Task<Func<JsonElement, byte[]>> Change(RpcRequest request, ClientConnection connection)
    {
        if (context.IsShuttingDown) throw new ShuttingDownException();
        if (!await context.Changes.Enter()) throw new RequestException(ErrorCode.ShuttingDown, DaemonContext.UpgradingSentence);
        try
        {
            if (!IsDryRun(request)) Record(request, connection);
            return await DispatchChange(request, connection.Requester);
        }
        finally
        {
            context.Changes.Leave();
        }
    }

    Task<Func<JsonElement, byte[]>> DispatchChange(RpcRequest request, Requester? requester) => request.Method switch
    {
        Methods.Start => Answer(request, WireJson.Default.StartRequest, (c, r) => StartHandler.Handle(c, r with { Client = RequestLaunch.Complete(r.Client, requester) }, requester), WireJson.Default.StartResponse),
        Methods.Add => Answer(request, WireJson.Default.AddRequest, (c, r) => AddHandler.Handle(c, r with { Client = RequestLaunch.Complete(r.Client, requester)! }), WireJson.Default.StartResponse),
        Methods.Apply => Answer(request, WireJson.Default.ApplyRequest, (c, r) => ApplyHandler.Handle(c, r with { Client = RequestLaunch.Complete(r.Client, requester)! }, requester), WireJson.Default.ApplyResponse),
        Methods.Stop => Answer(request, WireJson.Default.StopRequest, (c, r) => StopHandler.Handle(c, r, requester), WireJson.Default.ChangeResponse),
        Methods.Restart => Answer(request, WireJson.Default.RestartRequest, (c, r) => RestartHandler.Handle(c, r with { Client = RequestLaunch.Complete(r.Client, requester) }, requester), WireJson.Default.ChangeResponse),
        Methods.Reload => Answer(request, WireJson.Default.RestartRequest, (c, r) => ReloadHandler.Handle(c, r with { Client = RequestLaunch.Complete(r.Client, requester) }, requester), WireJson.Default.ChangeResponse),
        Methods.Delete => Answer(request, WireJson.Default.DeleteRequest, (c, r) => DeleteHandler.Handle(c, r, requester), WireJson.Default.ChangeResponse),
        Methods.Signal => Answer(request, WireJson.Default.SignalRequest, (c, r) => SignalHandler.Handle(c, r, requester), WireJson.Default.ChangeResponse),
        Methods.Reset => Answer(request, WireJson.Default.SelectorsRequest, ResetHandler.Handle, WireJson.Default.ChangeResponse),
        Methods.Rename => Answer(request, WireJson.Default.RenameRequest, RenameHandler.Handle, WireJson.Default.ChangeResponse),
        Methods.Set => Answer(request, WireJson.Default.SetRequest, (c, r) => SetHandler.Handle(c, r, requester), WireJson.Default.SetResponse),
        Methods.Scale => Answer(request, WireJson.Default.ScaleRequest, (c, r) => ScaleHandler.Handle(c, r, requester), WireJson.Default.ChangeResponse),
        Methods.Flush => Answer(request, WireJson.Default.SelectorsRequest, FlushHandler.Handle, WireJson.Default.ChangeResponse),
        Methods.Reopen => Answer(request, WireJson.Default.ListRequest, ReopenHandler.Handle, WireJson.Default.ChangeResponse),
        Methods.Send => Answer(request, WireJson.Default.SendRequest, SendHandler.Handle, WireJson.Default.ChangeResponse),
        _ => throw new RequestException(ErrorCode.MethodNotFound, $"there is no method '{request.Method}'; the methods are the verbs of the command line"),
    };

    async Task<Func<JsonElement, byte[]>> Answer<TRequest, TResponse>(
        RpcRequest request, JsonTypeInfo<TRequest> requestType, Func<DaemonContext, TRequest, Task<TResponse>> handle, JsonTypeInfo<TResponse> responseType)
    {
        var parameters = request.Params.ValueKind == JsonValueKind.Undefined ? EmptyObject : request.Params;
        var checkedRequest = StrictJson.Read(parameters, requestType, "params", ConfigFieldHints.Instance);
        RefuseWait(parameters, "waitTimeoutMs", most: int.MaxValue);
        RefuseWait(parameters, "settleMs", MostSettleMs);
        var response = await handle(context, checkedRequest);
        return id => Framing.Result(id, response, responseType);
    }

    /// <summary>Longer than this, a readiness probe is what is wanted.</summary>
    const int MostSettleMs = 60_000;

    /// <summary>Before anything is done: the wait comes last, and would fail when all is done.</summary>
    static void RefuseWait(JsonElement parameters, string member, int most)
    {
        if (!parameters.TryGetProperty(member, out var wait) || wait.ValueKind != JsonValueKind.Number) return;
        if (wait.GetInt32() is var ms && ms >= 0 && ms <= most) return;
        var expected = most == int.MaxValue ? "0 or more" : $"from 0 to {most}";
        throw new RequestException(ErrorCode.InvalidParams, $"params.{member} must be {expected}, but is {wait.GetRawText()}",
            new RpcErrorData { Path = $"params.{member}", Expected = expected, Found = wait.GetRawText() });
    }

    /// <summary><c>plan</c>: who only looks has changed nothing.</summary>
    static bool IsDryRun(RpcRequest request) =>
        request is { Method: Methods.Apply, Params: { ValueKind: JsonValueKind.Object } parameters }
        && parameters.TryGetProperty("dryRun", out var dryRun) && dryRun.ValueKind == JsonValueKind.True;

    /// <summary>Who asked for what, whatever comes of it.</summary>
    void Record(RpcRequest request, ClientConnection connection) => context.Events.Tell(new ProcessEvent
    {
        Kind = EventKind.Request, Request = request.Method, Selectors = RequestWords.Of(request.Params), ByUid = connection.Requester?.Uid, ByPid = connection.Requester?.Pid,
    });

    static readonly JsonElement EmptyObject = JsonDocument.Parse("{}").RootElement;

    static JsonDocument Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            throw document.RootElement.ValueKind == JsonValueKind.Array
                ? new RequestException(ErrorCode.InvalidRequest, "batches are not supported; send one request a line")
                : new RequestException(ErrorCode.InvalidRequest, "a request is a JSON object, such as {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"list\"}");
        }
        catch (JsonException e)
        {
            throw new RequestException(ErrorCode.ParseError, $"this line is not valid JSON (at byte {(e.BytePositionInLine ?? 0) + 1}); a request is one JSON object on one line");
        }
    }

    static JsonElement IdOf(JsonElement request) =>
        request.TryGetProperty("id", out var id) && id.ValueKind is JsonValueKind.Number or JsonValueKind.String ? id.Clone() : default;

    RpcError ErrorOf(Exception e)
    {
        switch (e)
        {
            case RequestException refused:
                return new RpcError { Code = refused.Code, Message = refused.Message, Data = refused.Details };
            case OrderRefusedException refused:
                return new RpcError { Code = ErrorCode.Failed, Message = refused.Message };
            case NoSuchProcessException unknown:
                return new RpcError { Code = ErrorCode.NoSuchProcess, Message = unknown.Message };
            case ShuttingDownException ending:
                return new RpcError { Code = ErrorCode.ShuttingDown, Message = ending.Message };
            case ClientGoneException:
                // Told to nobody: the connection ends with the attempt.
                return new RpcError { Code = ErrorCode.Failed, Message = e.Message };
            case StrictJsonException json:
                var data = new RpcErrorData { Path = json.Path, Expected = json.Expected, Found = json.Found, Hint = json.Hint };
                var code = json.Path.StartsWith("request", StringComparison.Ordinal) ? ErrorCode.InvalidRequest : ErrorCode.InvalidParams;
                return new RpcError { Code = code, Message = json.Message, Data = data };
            default:
                context.Log.LogError(e, "internal error while answering a request: {Type}", e.GetType().Name);
                return new RpcError { Code = ErrorCode.InternalError, Message = $"internal error in the daemon; please report it, with the end of {context.Home.DaemonLog}" };
        }
    }
}
