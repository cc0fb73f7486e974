using System.Text.Json;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Config;

/// <summary>
/// Finds the fields in which two configs differ. A field with its default value is equal to a missing one.
/// </summary>
internal static class ConfigDifference
{
    /// <summary>
    /// The paths of the fields, such as <c>restart.delayMs</c> and <c>env.PORT</c>, sorted; a list is one field. Ids,
    /// which the daemon assigns, are not compared.
    /// </summary>
    public static List<string> Between(ProcessConfig a, ProcessConfig b)
    {
        var (before, after) = (Leaves(a), Leaves(b));
        var fields = new List<string>();
        foreach (var (path, value) in after)
            if (!before.Remove(path, out var former) || former != value) fields.Add(path);
        foreach (var path in before.Keys)
            if (!after.ContainsKey(path)) fields.Add(path);
        return [.. fields.Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// The fields that one config sets and another one does not set at all, sorted. A group of which nothing is left,
    /// such as <c>health</c>, is one field; variables are named one by one.
    /// </summary>
    public static List<string> Lost(ProcessConfig before, ProcessConfig after)
    {
        var kept = Leaves(after);
        var groups = kept.Keys.Select(TopOf).ToHashSet(StringComparer.Ordinal);
        var lost = Leaves(before).Keys.Where(path => !kept.ContainsKey(path)).Select(path =>
            TopOf(path) is var top && top != "env" && !groups.Contains(top) ? top : path);
        return [.. lost.Distinct().Order(StringComparer.Ordinal)];
    }

    static string TopOf(string path) => path.IndexOf('.') is >= 0 and var dot ? path[..dot] : path;

    static Dictionary<string, string> Leaves(ProcessConfig config)
    {
        var leaves = new Dictionary<string, string>(StringComparer.Ordinal);
        var compared = config with { Id = null, LegacyId = null };
        using var document = JsonDocument.Parse(
            JsonSerializer.SerializeToUtf8Bytes(compared, WireJson.Default.ProcessConfig));
        Collect(document.RootElement, "", leaves);
        return leaves;
    }

    static void Collect(JsonElement element, string path, Dictionary<string, string> leaves)
    {
        if (element.ValueKind == JsonValueKind.Object)
            foreach (var member in element.EnumerateObject())
                Collect(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", leaves);
        else if (element.ValueKind != JsonValueKind.Null && !IsDefault(path, element))
            leaves[path] = element.GetRawText();
    }

    static bool IsDefault(string path, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => path is "watch" or "mergeLogs",
        JsonValueKind.True => path is "enabled" or "stop.killTree" or "log.compress" or "autorestart",
        JsonValueKind.Number => path == "instances" && value.ValueEqualsOne(),
        JsonValueKind.String =>
            value.ValueEquals(path switch
            {
                "namespace" => ProcessDefinition.DefaultNamespace,
                "stdin" => "null",
                "interpreter" => "none",
                _ => "\0"
            }),
        // An empty list of arguments differs from a missing one: with it the command is a single program.
        JsonValueKind.Array => path != "args" && value.GetArrayLength() == 0,
        _ => false,
    };

    static bool ValueEqualsOne(this JsonElement number) => number.TryGetInt32(out var value) && value == 1;
}
