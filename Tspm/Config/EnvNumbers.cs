using System.Text.Json;
using Tspm.Json;

namespace Tspm.Config;

/// <summary>
/// In a config file, <c>"env": { "PORT": 8080, "DEBUG": true }</c> can mean only one thing, and PM2 files are full of
/// it. So numbers, true and false become text. No other field converts kinds.
/// </summary>
internal static class EnvNumbers
{
    const string Env = "env";

    /// <summary>The config of a process, with text for all simple values of <c>env</c>.</summary>
    public static JsonElement AsText(JsonElement config)
    {
        if (!TryMembers(config, out var members)) return config;
        if (!members.Any(member => member.Name == Env && HasSimple(member.Value))) return config;
        return JsonText.ToElement(writer => Write(writer, config));
    }

    /// <summary>Copies member by member, so that duplicates stay duplicates and are refused later.</summary>
    static void Write(Utf8JsonWriter writer, JsonElement config)
    {
        writer.WriteStartObject();
        foreach (var member in config.EnumerateObject())
        {
            if (member.Name != Env || !TryMembers(member.Value, out var variables))
            {
                member.WriteTo(writer);
                continue;
            }
            writer.WriteStartObject(Env);
            foreach (var variable in variables)
            {
                if (IsSimple(variable.Value)) writer.WriteString(variable.Name, variable.Value.GetRawText());
                else variable.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    /// <summary>The members of an object.</summary>
    /// <returns>
    /// False if it is not an object, is empty, or has a name that is not valid Unicode (which is refused later).
    /// </returns>
    static bool TryMembers(JsonElement element, out List<JsonProperty> members)
    {
        members = element.ValueKind == JsonValueKind.Object ? [.. element.EnumerateObject()] : [];
        return members.Count > 0 && members.All(member => JsonTypes.TryName(member, out _));
    }

    static bool HasSimple(JsonElement env) =>
        TryMembers(env, out var variables) && variables.Any(variable => IsSimple(variable.Value));

    static bool IsSimple(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;
}
