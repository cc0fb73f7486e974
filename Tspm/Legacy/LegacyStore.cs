using System.Globalization;
using System.Text.Json;
using Tspm.Config;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Model.Selecting;

namespace Tspm.Legacy;

/// <summary>
/// Parses the process list of the older Tspm: a JSON object whose member <c>processes</c> holds the list, as JSON or as
/// a string that contains JSON. A second member, <c>desiredStates</c>, may hold states by id in the same two forms. A
/// file that cannot be parsed is a problem; a bad entry does not affect the others, and a remark says what was left
/// out. A pure function: the file is never written.
/// </summary>
internal static class LegacyStore
{
    static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Parses the contents of a file.</summary>
    /// <param name="text">The bytes of the file.</param>
    /// <param name="fallbackFolder">Working directory of processes that have none; an absolute path.</param>
    public static LegacyList Read(ReadOnlyMemory<byte> text, string fallbackFolder)
    {
        if (text.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) text = text[3..];
        if (text.Span.Trim(" \t\r\n\0"u8).IsEmpty) return Broken("it is empty");
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return Broken("it must contain an object with 'processes', but contains "
                    + $"{JsonProblems.Show(document.RootElement)}");
            return Read(document.RootElement, fallbackFolder);
        }
        catch (JsonException failure)
        {
            return Broken(string.Create(CultureInfo.InvariantCulture,
                $"it is not valid JSON at line {(failure.LineNumber ?? 0) + 1}"));
        }
    }

    static LegacyList Read(JsonElement root, string fallbackFolder)
    {
        var remarks = new List<string>();
        if (!TryOpen(root, "processes", JsonValueKind.Array, "a list", out var list, out var problem))
            return Broken(problem);
        if (!TryOpen(root, "desiredStates", JsonValueKind.Object, "an object", out var states, out problem))
            remarks.Add($"{problem}; so it is unknown which processes should run");
        var builder = new Builder(states, fallbackFolder, remarks);
        if (list.ValueKind == JsonValueKind.Array)
            foreach (var entry in list.EnumerateArray()) builder.Add(entry);
        return new LegacyList(builder.Processes, remarks, null);
    }

    /// <summary>
    /// Reads a member that is either JSON or a string that contains JSON. Succeeds without a value if the member is
    /// missing, null or an empty string.
    /// </summary>
    /// <returns>False if the member has another type or invalid JSON; <paramref name="problem"/> says which.</returns>
    static bool TryOpen(JsonElement root, string name, JsonValueKind kind, string expected, out JsonElement found,
        out string problem)
    {
        problem = "";
        if (!root.TryGetProperty(name, out found) || found.ValueKind == JsonValueKind.Null) found = default;
        if (found.ValueKind == JsonValueKind.String)
        {
            problem = $"'{name}' is a text that is not valid JSON";
            if (!JsonTypes.TryText(found, out var inner)) return false;
            found = default;
            if (string.IsNullOrWhiteSpace(inner)) return true;
            try
            {
                using var document = JsonDocument.Parse(inner, Options);
                found = document.RootElement.Clone();
            }
            catch (JsonException)
            {
                return false;
            }
        }
        if (found.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null || found.ValueKind == kind) return true;
        problem = $"'{name}' must be {expected}, but is {JsonProblems.Show(found)}";
        found = default;
        return false;
    }

    static LegacyList Broken(string problem) => new([], [], problem);

    /// <summary>Collects the processes and gives each a unique name.</summary>
    sealed class Builder(JsonElement states, string fallbackFolder, List<string> remarks)
    {
        readonly HashSet<string> _names = [], _ids = [];
        int _at;

        public List<LegacyProcess> Processes { get; } = [];

        public void Add(JsonElement entry)
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"entry {++_at}");
            if (entry.ValueKind != JsonValueKind.Object)
            {
                remarks.Add($"{where} of the list is {JsonProblems.Show(entry)} and not a process; it was left out");
                return;
            }
            var reader = new LegacyEntry(entry, where, remarks);
            if (reader.ReadConfig(fallbackFolder) is not { } config) return;
            var id = reader.Id ?? config.Name ?? DefaultProcessName.Fill(config).Name!;
            var isSecond = !_ids.Add(id);
            var wanted = config.Name ?? id;
            var name = Free(DefaultName.MakeValid(wanted));
            if (name != wanted)
            {
                var why = isSecond
                    ? "two processes have its id; the second one is not started"
                    : "names are unique; " + ProcessName.Rule;
                remarks.Add($"'{wanted}' was renamed to '{name}': {why}");
            }
            var isNumber = Selector.TryNumber(id, out var number);
            Processes.Add(new LegacyProcess(config with { Name = name, LegacyId = id },
                isNumber && !isSecond ? number : null, isSecond ? false : ShouldRun(id)));
        }

        bool? ShouldRun(string id) =>
            states.ValueKind != JsonValueKind.Object
                ? null
                : states.TryGetProperty(id, out var state) && state.ValueKind == JsonValueKind.String
                    && state.ValueEquals("online");

        string Free(string name)
        {
            var free = name;
            for (var number = 2; !_names.Add(free); number++)
            {
                var ending = string.Create(CultureInfo.InvariantCulture, $"-{number}");
                var kept = name;
                while (System.Text.Encoding.UTF8.GetByteCount(kept) + ending.Length > ProcessName.MaxBytes)
                    kept = kept[..^(char.IsLowSurrogate(kept[^1]) ? 2 : 1)];
                free = kept + ending;
            }
            return free;
        }
    }
}
