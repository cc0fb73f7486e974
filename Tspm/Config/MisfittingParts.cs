using System.Text.Json;
using Tspm.Json;

namespace Tspm.Config;

/// <summary>
/// The parts of a process in a file that do not fit its type. Without them, the rest can be read and checked, so that
/// a user does not learn of one mistake after the other.
/// </summary>
internal sealed class MisfittingParts
{
    readonly string _at;
    readonly HashSet<string> _paths = [];

    /// <param name="at">The path of the process.</param>
    /// <param name="misfits">What does not fit.</param>
    public MisfittingParts(string at, IReadOnlyList<JsonProblem> misfits)
    {
        _at = at;
        foreach (var misfit in misfits) Add(misfit);
    }

    void Add(JsonProblem misfit)
    {
        var path = misfit.Path;
        // An item cannot be removed without moving the others, and an object cannot do without a missing member.
        if (path.AsSpan(_at.Length).IndexOf('[') is >= 0 and var item) path = path[..(_at.Length + item)];
        else if (misfit.Found == JsonProblems.Nothing) path = path[..path.LastIndexOf('.')];
        _paths.Add(path);
        // The field that was probably meant is not missing.
        if (misfit.Hint is not null) _paths.Add(JsonProblems.Join(_at, misfit.Expected));
    }

    /// <summary>The process without these parts.</summary>
    /// <returns>Null if the process as a whole does not fit.</returns>
    public JsonElement? Remove(JsonElement process) =>
        _paths.Contains(_at) ? null : JsonText.ToElement(writer => Write(writer, process, _at));

    /// <summary>Whether a problem at this path is a consequence of a part that was removed.</summary>
    public bool Concerns(string path) => _paths.Any(removed => IsWithin(path, removed) || IsWithin(removed, path));

    static bool IsWithin(string path, string outer) =>
        path.StartsWith(outer, StringComparison.Ordinal)
        && (path.Length == outer.Length || path[outer.Length] is '.' or '[');

    void Write(Utf8JsonWriter writer, JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            element.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        foreach (var member in element.EnumerateObject())
        {
            if (!JsonTypes.TryName(member, out var name)) continue;
            var inner = JsonProblems.Join(path, name);
            if (_paths.Contains(inner)) continue;
            writer.WritePropertyName(name);
            Write(writer, member.Value, inner);
        }
        writer.WriteEndObject();
    }
}
