using System.Text.Json;
using Tspm.Json;

namespace Tspm.Config;

/// <summary>
/// In a config file <c>"env": { "PORT": 8080, "DEBUG": true }</c> can mean only one thing, and PM2's files are full of
/// it: numbers and truth values become their text. Nowhere else is a kind bent.
/// </summary>
internal static class EnvNumbers
{
    const string Env = "env";

    public static JsonElement AsText(JsonElement config)
    {
        if (!TryMembers(config, out var members)) return config;
        if (!members.Any(member => member.Name == Env && HasSimple(member.Value))) return config;
        return JsonText.ToElement(writer => Write(writer, config));
    }

    /// <summary>Member by member, so that doubled ones stay doubled and are still refused.</summary>
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

    /// <summary>False: no object, or one with names that are no text; those are refused later.</summary>
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
