using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Tspm.Config.Validation;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Config;

/// <summary>
/// Carries out <c>set NAME KEY=VALUE</c>: changes a config as JSON, guided by the metadata of each field, and then
/// reads it through the same checks as any other config. All or nothing.
/// </summary>
internal static class Assignments
{
    const string Form = "KEY=VALUE, such as restart.delayMs=500 or env.PORT=8080";

    /// <summary>
    /// Returns the changed config, which is valid as a whole. Throws <see cref="StrictJsonException"/> about the first
    /// problem.
    /// </summary>
    public static ProcessConfig Apply(ProcessConfig config, IReadOnlyList<string> assignments)
    {
        var type = WireJson.Default.ProcessConfig;
        var node = JsonSerializer.SerializeToNode(config, type)!.AsObject();
        var typed = new Dictionary<string, string>();
        foreach (var assignment in assignments)
        {
            var equals = assignment.IndexOf('=');
            if (equals <= 0) throw NotAnAssignment(JsonProblems.Quote(assignment));
            var (key, value) = (assignment[..equals], assignment[(equals + 1)..]);
            if (key == "id")
                throw Refuse(key, "another field", key, "id cannot be set: Tspm assigns it");
            if (key == "name")
                throw Refuse(key, "another field", key, "name cannot be set; to change it: tspm rename OLD NEW");
            Set(node, type, "", key, value);
            typed[key] = value;
        }
        var changed = StrictJson.Read(
            JsonText.ToElement(writer => node.WriteTo(writer)), type, "", ConfigFieldHints.Instance);
        foreach (var problem in ConfigValidation.Validate(changed))
            if (!IsUnchangedName(problem.Path, config, changed))
                throw Refuse(FileUnits.AsTyped(problem, typed.GetValueOrDefault(problem.Path)));
        return changed;
    }

    /// <summary>
    /// Whether the problem is about a name that this change does not touch: earlier versions allowed more names.
    /// </summary>
    static bool IsUnchangedName(string path, ProcessConfig before, ProcessConfig after) =>
        path == "name" || (path == "namespace" && before.Namespace == after.Namespace);

    /// <summary>
    /// Sets the value at the key. An object that becomes empty is removed, because a config holds only what the user
    /// set.
    /// </summary>
    static void Set(JsonObject into, JsonTypeInfo type, string path, string key, string value)
    {
        var (name, below) = Split(type, key);
        var inner = JsonProblems.Join(path, name);
        var member = MemberType(type, path, name);
        if (below is not null)
        {
            if (member.Kind is not (JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary))
                throw Refuse($"{inner}.{below}", JsonTypes.Describe(member), below,
                    $"{inner} has no members; set {inner} itself");
            var owner = into[name] as JsonObject ?? [];
            Set(owner, member, inner, below, value);
            into.Remove(name);
            if (owner.Count > 0) into[name] = owner;
        }
        else if (value.Length == 0) into.Remove(name);
        else into[name] = AssignedValue.Read(value, member, inner);
    }

    /// <summary>
    /// Splits off the first name of a key. The name of a field ends at a dot; the name of a variable may contain dots.
    /// </summary>
    static (string Name, string? Below) Split(JsonTypeInfo type, string key)
    {
        var dot = type.Kind == JsonTypeInfoKind.Dictionary ? -1 : key.IndexOf('.');
        return dot < 0 ? (key, null) : (key[..dot], key[(dot + 1)..]);
    }

    static JsonTypeInfo MemberType(JsonTypeInfo type, string path, string name)
    {
        if (type.Kind == JsonTypeInfoKind.Dictionary) return type.Options.GetTypeInfo(type.ElementType!);
        var known = JsonTypes.Members(type);
        return known.TryGetValue(name, out var property)
            ? JsonTypes.For(property)
            : throw new StrictJsonException(JsonProblems.Unknown(
                path, name, type, ConfigFieldHints.Instance, asPath: true));
    }

    static StrictJsonException NotAnAssignment(string found) =>
        Refuse("", Form, found, $"{found} is not an assignment; write {Form}");

    static StrictJsonException Refuse(ConfigProblem problem) =>
        Refuse(problem.Path, problem.Expected, problem.Found, problem.Sentence);

    static StrictJsonException Refuse(string path, string expected, string found, string sentence) =>
        new(new JsonProblem(path, expected, found, null, sentence));
}
