using System.Text.Json;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// One entry of <c>list --json</c>, read by the contract's names and not through the product's types.
/// </summary>
internal sealed class Entry(JsonElement json)
{
    public JsonElement Json => json;
    public int Id => json.GetProperty("id").GetInt32();
    public string Name => json.GetProperty("name").GetString()!;
    public string Namespace => json.GetProperty("namespace").GetString()!;
    public int Instance => json.GetProperty("instance").GetInt32();
    public string State => json.GetProperty("state").GetString()!;
    public string Desired => json.GetProperty("desired").GetString()!;
    public string Reason => json.GetProperty("reason").GetString()!;
    public int? Pid => Number("pid");
    public int Restarts => json.GetProperty("restarts").GetInt32();
    public int Failures => json.GetProperty("consecutiveFailures").GetInt32();
    public int? ExitCode => Number("exitCode");
    public string? Signal => json.GetProperty("signal").GetString();
    public int? NextStartInMs => Number("nextStartInMs");
    public string OutLog => json.GetProperty("outLog").GetString()!;
    public string ErrLog => json.GetProperty("errLog").GetString()!;
    public bool IsOnline => State == "online";

    public override string ToString() => json.ToString();

    int? Number(string name) =>
        json.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetInt32() : null;
}
