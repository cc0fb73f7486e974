namespace Tspm.Protocol;

/// <summary>
/// The table of methods of the control socket. The client calls a row, a handler of the daemon names its row
/// (<c>Daemon/Handlers</c>), and the golden files and the index of docs/PROTOCOL.md are compared with the rows. A new
/// method needs a row here, a handler and a command.
/// </summary>
internal static class Methods
{
    const MethodKind
        Reads = MethodKind.Reads,
        Streams = MethodKind.Streams,
        Changes = MethodKind.Changes,
        EndsDaemon = MethodKind.EndsDaemon;

    public static readonly Method<HelloRequest, HelloResponse> Hello = new("hello", Reads);
    public static readonly Method<PingRequest, PingResponse> Ping = new("ping", Reads);
    public static readonly Method<StatusRequest, StatusResponse> Status = new("status", Reads);
    public static readonly Method<ListRequest, ListResponse> List = new("list", Reads);
    public static readonly Method<DescribeRequest, DescribeResponse> Describe = new("describe", Reads);
    public static readonly Method<EnvRequest, EnvResponse> Env = new("env", Reads);
    public static readonly Method<SearchRequest, SearchResponse> Search = new("search", Reads);
    public static readonly Method<StartRequest, StartResponse> Start = new("start", Changes);
    public static readonly Method<AddRequest, AddResponse> Add = new("add", Changes);
    public static readonly Method<ApplyRequest, ApplyResponse> Apply = new("apply", Changes);
    public static readonly Method<StopRequest, StopResponse> Stop = new("stop", Changes);
    public static readonly Method<RestartRequest, RestartResponse> Restart = new("restart", Changes);
    public static readonly Method<ReloadRequest, ReloadResponse> Reload = new("reload", Changes);
    public static readonly Method<DeleteRequest, DeleteResponse> Delete = new("delete", Changes);
    public static readonly Method<SignalRequest, SignalResponse> Signal = new("signal", Changes);
    public static readonly Method<ResetRequest, ResetResponse> Reset = new("reset", Changes);
    public static readonly Method<RenameRequest, RenameResponse> Rename = new("rename", Changes);
    public static readonly Method<SetRequest, SetResponse> Set = new("set", Changes);
    public static readonly Method<ScaleRequest, ScaleResponse> Scale = new("scale", Changes);
    public static readonly Method<FlushRequest, FlushResponse> Flush = new("flush", Changes);
    public static readonly Method<ReopenRequest, ReopenResponse> Reopen = new("reopen", Changes);
    public static readonly Method<SendRequest, SendResponse> Send = new("send", Changes);
    public static readonly Method<LogsRequest, LogsResponse> Logs = new("logs", Streams);
    public static readonly Method<EventsRequest, EventsResponse> Events = new("events", Streams);
    public static readonly Method<MetricsRequest, MetricsResponse> Metrics = new("metrics", Reads);
    public static readonly Method<ShutdownRequest, ShutdownResponse> Shutdown = new("shutdown", EndsDaemon);
    public static readonly Method<UpgradeRequest, UpgradeResponse> Upgrade = new("upgrade", EndsDaemon);
}
