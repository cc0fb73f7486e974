using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tspm.Json;

/// <summary>
/// Checks a JSON document against the metadata of its type and collects the problems. See <see cref="StrictJson"/>.
/// </summary>
internal sealed class JsonWalk(IFieldHints? hints)
{
    /// <summary>Nobody needs more, and describing the errors of a megabyte of bad input would take minutes.</summary>
    const int MaxProblems = 100;

    readonly List<JsonProblem> _problems = [];

    /// <summary>The problems found so far, in document order.</summary>
    public IReadOnlyList<JsonProblem> Problems => _problems;

    bool IsFull => _problems.Count >= MaxProblems;

    /// <summary>Checks a value and everything in it.</summary>
    /// <param name="element">The value.</param>
    /// <param name="type">The type that it must fit.</param>
    /// <param name="path">The path of the value, for messages.</param>
    public void Check(JsonElement element, JsonTypeInfo type, string path)
    {
        if (IsFull) return;
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                CheckObject(element, type, path);
                break;
            case JsonTypeInfoKind.Dictionary when element.ValueKind == JsonValueKind.Object:
                CheckDictionary(element, type, path);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array:
                CheckList(element, type, path);
                break;
            case JsonTypeInfoKind.None when JsonTypes.Fits(element, type.Type):
                break;
            default:
                _problems.Add(JsonProblems.WrongKind(path, JsonTypes.Describe(type), element));
                break;
        }
    }

    void CheckObject(JsonElement element, JsonTypeInfo type, string path)
    {
        var known = JsonTypes.Members(type);
        var members = Members(element, path);
        foreach (var (name, value) in members)
        {
            if (IsFull) return;
            if (known.TryGetValue(name, out var property)) CheckMember(value, property, JsonProblems.Join(path, name));
            else _problems.Add(JsonProblems.Unknown(path, name, type, hints));
        }
        foreach (var property in known.Values)
        {
            if (!property.IsRequired || members.Exists(member => member.Name == property.Name)) continue;
            var expected = JsonTypes.Describe(JsonTypes.For(property));
            _problems.Add(JsonProblems.Missing(JsonProblems.Join(path, property.Name), expected));
        }
    }

    void CheckMember(JsonElement value, JsonPropertyInfo property, string path)
    {
        if (property.CustomConverter is IWordOrValue words && words.IsWord(value)) return;
        if (value.ValueKind != JsonValueKind.Null) Check(value, JsonTypes.For(property), path);
        else if (!property.IsSetNullable)
            _problems.Add(JsonProblems.WrongKind(path, JsonTypes.Describe(JsonTypes.For(property)), value));
    }

    void CheckDictionary(JsonElement element, JsonTypeInfo type, string path)
    {
        var valueType = type.Options.GetTypeInfo(type.ElementType!);
        foreach (var (name, value) in Members(element, path)) Check(value, valueType, JsonProblems.Join(path, name));
    }

    void CheckList(JsonElement element, JsonTypeInfo type, string path)
    {
        var itemType = type.Options.GetTypeInfo(type.ElementType!);
        var index = 0;
        foreach (var item in element.EnumerateArray()) Check(item, itemType, $"{path}[{index++}]");
    }

    /// <summary>
    /// The members of an object without duplicates: with two of one name it is not clear which one was meant.
    /// </summary>
    List<(string Name, JsonElement Value)> Members(JsonElement element, string path)
    {
        var members = new List<(string, JsonElement)>();
        var seen = new HashSet<string>();
        foreach (var member in element.EnumerateObject())
        {
            if (IsFull) break;
            if (!JsonTypes.TryName(member, out var name)) _problems.Add(JsonProblems.InvalidName(path));
            else if (seen.Add(name)) members.Add((name, member.Value));
            else _problems.Add(JsonProblems.Duplicate(JsonProblems.Join(path, name)));
        }
        return members;
    }
}
