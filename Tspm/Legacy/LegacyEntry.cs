using System.Text.Json;
using Tspm.Config.Validation;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Legacy;

/// <summary>
/// One entry of a legacy process list. Old programs wrote these files and people edited them by hand, so a value of the
/// wrong type is accepted if it can mean only one thing. Other invalid or unknown fields are dropped with a remark. An
/// entry without a command is not a process.
/// </summary>
internal sealed class LegacyEntry
{
    static readonly string[] Known =
        ["id", "name", "projectDir", "command", "args", "env", "memoryLimitBytes", "monitorIntervalMs", "logBufferSize",
            "autorestart", "watch", "watchPaths"];

    readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    readonly List<string> _remarks;
    readonly string _who;

    public LegacyEntry(JsonElement entry, string where, List<string> remarks)
    {
        _remarks = remarks;
        foreach (var member in entry.EnumerateObject())
            if (JsonTypes.TryName(member, out var name) && member.Value.ValueKind != JsonValueKind.Null)
                _members[name] = member.Value;
        Id = Simple("id");
        _who = Simple("name") is { Length: > 0 } called ? $"'{called}'" : Id is null ? where : $"'{Id}'";
        foreach (var name in _members.Keys)
            if (Array.IndexOf(Known, name) < 0) Drop(name, "is unknown");
    }

    /// <summary>The id as text, also where the file has a number; null if there is none.</summary>
    public string? Id { get; }

    /// <summary>
    /// Reads a config that is valid except for its name, which may be missing or arbitrary text.
    /// </summary>
    /// <returns>Null if the entry has no usable command; a remark says so.</returns>
    public ProcessConfig? ReadConfig(string fallbackFolder)
    {
        var folder = Simple("projectDir");
        if (string.IsNullOrEmpty(folder)) _remarks.Add($"{_who} has no projectDir; it runs in {fallbackFolder}");
        // An empty list becomes null: without arguments, the older Tspm passed the command to a shell, and this one
        // does that only if args is missing.
        var args = Words("args");
        var config = new ProcessConfig
        {
            ProjectDir = string.IsNullOrEmpty(folder) || folder.Contains('\0')
                ? fallbackFolder
                : Path.GetFullPath(folder, fallbackFolder),
            Command = Simple("command"),
            Args = args is { Count: > 0 } ? args : null,
            Env = Variables(),
            MemoryLimitBytes = Whole("memoryLimitBytes"),
            MonitorIntervalMs = Small("monitorIntervalMs"),
            LogBufferSize = Small("logBufferSize"),
            Autorestart = Truth("autorestart"),
            Watch = Truth("watch"),
            WatchPaths = Words("watchPaths") is { Count: > 0 } paths ? paths : null,
        };
        var checkedAs = config with { Name = "x" };
        while (ConfigValidation.Validate(checkedAs) is [var problem, ..])
        {
            if (Without(checkedAs, problem.Path) is not { } rest)
            {
                _remarks.Add($"{_who} was left out: {problem.Sentence}");
                return null;
            }
            checkedAs = rest;
            _remarks.Add($"{_who}: {problem.Sentence}; the field was left out");
        }
        return checkedAs with { Name = Simple("name") is { Length: > 0 } name ? name : null };
    }

    /// <summary>Removes the field at this path from the config.</summary>
    /// <returns>Null if the field is required.</returns>
    static ProcessConfig? Without(ProcessConfig config, string path)
    {
        var end = path.AsSpan().IndexOfAny('.', '[');
        return (end < 0 ? path : path[..end]) switch
        {
            "env" => config with { Env = null },
            "memoryLimitBytes" => config with { MemoryLimitBytes = null },
            "monitorIntervalMs" => config with { MonitorIntervalMs = null },
            "logBufferSize" => config with { LogBufferSize = null },
            "watchPaths" => config with { WatchPaths = null },
            _ => null,
        };
    }

    /// <summary>Adds a remark that the field was left out.</summary>
    void Drop(string name, string why) =>
        _remarks.Add($"{_who}: the field '{name}' {why} and was left out ({JsonProblems.Show(_members[name])})");

    /// <summary>A string member; a number is read as its text.</summary>
    string? Simple(string name)
    {
        if (!_members.TryGetValue(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Number) return value.GetRawText();
        if (value.ValueKind == JsonValueKind.String && JsonTypes.TryText(value, out var text)) return text;
        Drop(name, "is not a text");
        return null;
    }

    bool? Truth(string name)
    {
        if (!_members.TryGetValue(name, out var value)) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.ValueKind == JsonValueKind.True;
        Drop(name, "is neither true nor false");
        return null;
    }

    long? Whole(string name)
    {
        if (!_members.TryGetValue(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (value.TryGetInt64(out var whole)) return whole == 0 && name == "memoryLimitBytes" ? null : whole;
            // JavaScript has only one number type: 5.12e8 is a whole number.
            if (value.TryGetDouble(out var number) && number == Math.Floor(number)
                && Math.Abs(number) < long.MaxValue / 2) return (long)number;
        }
        else if (value.ValueKind == JsonValueKind.String && JsonTypes.TryText(value, out var text)
            && ByteSize.TryParse(text, out var size)) return size;
        Drop(name, "is not a whole number");
        return null;
    }

    int? Small(string name)
    {
        if (Whole(name) is not { } whole) return null;
        if (whole is >= int.MinValue and <= int.MaxValue) return (int)whole;
        Drop(name, "is too large");
        return null;
    }

    List<string>? Words(string name)
    {
        if (!_members.TryGetValue(name, out var value)) return null;
        var words = new List<string>();
        if (value.ValueKind == JsonValueKind.Array)
            foreach (var item in value.EnumerateArray())
            {
                if (item.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
                    words.Add(item.GetRawText());
                else if (item.ValueKind == JsonValueKind.String && JsonTypes.TryText(item, out var text))
                    words.Add(text);
                else
                    Drop(name, $"contains {JsonProblems.Show(item)}, which is not a text,");
            }
        else Drop(name, "is not a list");
        return words;
    }

    Dictionary<string, string>? Variables()
    {
        if (!_members.TryGetValue("env", out var value)) return null;
        if (value.ValueKind != JsonValueKind.Object)
        {
            Drop("env", "is not an object");
            return null;
        }
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (!JsonTypes.TryName(member, out var name)) continue;
            if (member.Value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
                variables[name] = member.Value.GetRawText();
            else if (member.Value.ValueKind == JsonValueKind.String && JsonTypes.TryText(member.Value, out var text))
                variables[name] = text;
            // The remark does not quote the value, which may be a secret.
            else if (member.Value.ValueKind != JsonValueKind.Null)
                _remarks.Add($"{_who}: the variable '{name}' is not a text and was left out");
        }
        return variables.Count == 0 ? null : variables;
    }
}
