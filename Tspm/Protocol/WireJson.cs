using System.Text.Json.Serialization;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Protocol;

/// <summary>
/// The JSON metadata of every type that is sent over the control socket, saved on disk or printed. Reflection is off,
/// so a type that is not listed here cannot be serialised. The options are those with which the daemon reads the wire:
/// unknown members are refused, and null members are left out; other readers create instances with their own options.
/// Only metadata is generated: generated serialisers would double the size without a noticeable gain in speed.
/// </summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RpcRequest))]
[JsonSerializable(typeof(RpcResponse))]
[JsonSerializable(typeof(RpcError))]
[JsonSerializable(typeof(RpcNotification<LogLine>))]
[JsonSerializable(typeof(RpcNotification<HeartbeatNotice>))]
[JsonSerializable(typeof(HelloRequest)), JsonSerializable(typeof(HelloResponse))]
[JsonSerializable(typeof(EmptyRequest)), JsonSerializable(typeof(PingResponse))]
[JsonSerializable(typeof(StatusResponse))]
[JsonSerializable(typeof(MetricsRequest)), JsonSerializable(typeof(MetricsResponse))]
[JsonSerializable(typeof(ListRequest)), JsonSerializable(typeof(ListResponse))]
[JsonSerializable(typeof(SearchRequest)), JsonSerializable(typeof(SearchResponse))]
[JsonSerializable(typeof(DescribeRequest)), JsonSerializable(typeof(DescribeResponse))]
[JsonSerializable(typeof(SelectionRequest))]
[JsonSerializable(typeof(SelectorsRequest)), JsonSerializable(typeof(EnvResponse))]
[JsonSerializable(typeof(StartRequest)), JsonSerializable(typeof(StartResponse))]
[JsonSerializable(typeof(AddRequest))]
[JsonSerializable(typeof(ApplyRequest)), JsonSerializable(typeof(ApplyResponse))]
[JsonSerializable(typeof(StopRequest)), JsonSerializable(typeof(ChangeResponse))]
[JsonSerializable(typeof(RestartRequest))]
[JsonSerializable(typeof(DeleteRequest))]
[JsonSerializable(typeof(SignalRequest))]
[JsonSerializable(typeof(RenameRequest))]
[JsonSerializable(typeof(SetRequest)), JsonSerializable(typeof(SetResponse))]
[JsonSerializable(typeof(ScaleRequest))]
[JsonSerializable(typeof(SendRequest))]
[JsonSerializable(typeof(LogsRequest)), JsonSerializable(typeof(LogsResponse)), JsonSerializable(typeof(LogLine))]
[JsonSerializable(typeof(EventsRequest)), JsonSerializable(typeof(EventsResponse)),
    JsonSerializable(typeof(ProcessEvent)), JsonSerializable(typeof(RpcNotification<ProcessEvent>))]
[JsonSerializable(typeof(UpgradeRequest)), JsonSerializable(typeof(UpgradeResponse))]
[JsonSerializable(typeof(ShutdownResponse))]
[JsonSerializable(typeof(ProcessesFile)), JsonSerializable(typeof(RunRecord)), JsonSerializable(typeof(RunRecordV1)),
    JsonSerializable(typeof(DaemonState)), JsonSerializable(typeof(DaemonDeathsNote)),
        JsonSerializable(typeof(VersionProof)), JsonSerializable(typeof(Settings))]
[JsonSerializable(typeof(PidEntry)), JsonSerializable(typeof(VersionEntry)),
    JsonSerializable(typeof(IReadOnlyList<PidEntry>))]
[JsonSerializable(typeof(IReadOnlyList<ProcessStatus>)), JsonSerializable(typeof(IReadOnlyList<ProcessEnvironment>))]
[JsonSerializable(typeof(IReadOnlyList<TreeMember>)), JsonSerializable(
    typeof(IReadOnlyList<RecentExit>)), JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(ProcessConfig)), JsonSerializable(typeof(Probe))]
internal sealed partial class WireJson : JsonSerializerContext;
