using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tspm.Config.Validation;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Config;

/// <summary>
/// The JSON Schema (draft 7, which editors support) of a config file. It is generated from the metadata and the rules
/// that also read the file, so they cannot disagree. Rules that a schema cannot express (a cron expression, the quotes
/// of a command) are checked by <c>validate</c>.
/// </summary>
internal static class ConfigSchema
{
    /// <summary>Writes the schema.</summary>
    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("$schema"u8, "http://json-schema.org/draft-07/schema#"u8);
        json.WriteString("title"u8, "Tspm config file"u8);
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        json.WriteStartObject("$schema"u8);
        json.WriteString("type"u8, "string"u8);
        json.WriteEndObject();
        json.WriteStartObject("project"u8);
        json.WriteString("description"u8,
            "name of the project; files of other projects do not change its processes (default: the file's folder)"u8);
        json.WriteString("type"u8, "string"u8);
        json.WriteNumber("minLength"u8, 1);
        json.WriteEndObject();
        json.WriteStartObject("processes"u8);
        json.WriteString("type"u8, "array"u8);
        json.WriteStartObject("items"u8);
        WriteObject(json, WireJson.Default.ProcessConfig, "", ["command"]);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        Strings(json, "required"u8, ["processes"]);
        json.WriteBoolean("additionalProperties"u8, false);
        json.WriteEndObject();
    }

    static void WriteObject(Utf8JsonWriter json, JsonTypeInfo type, string path, List<string> required)
    {
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        foreach (var property in type.Properties)
        {
            if (property.Set is null) continue;
            if (property.IsRequired) required.Add(property.Name);
            var inner = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            // These belong to the other kind of probe.
            if (inner is "ready.intervalMs" or "ready.timeoutMs" or "ready.failures" or "health.delayMs") continue;
            json.WriteStartObject(property.Name);
            if (SchemaTexts.For(System.Text.Encoding.UTF8.GetBytes(inner)) is { IsEmpty: false } text)
                json.WriteString("description"u8, text);
            WriteValue(json, JsonTypes.For(property), inner);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        if (required.Count > 0) Strings(json, "required"u8, required);
        json.WriteBoolean("additionalProperties"u8, false);
        if (type.Type == typeof(Probe))
            WriteOneKind(json,
                path == "health"
                    ? ["notify", "tcp", "http", "log", "exec"]
                    : ["notify", "tcp", "http", "log", "exec", "delayMs"]);
    }

    static void WriteValue(Utf8JsonWriter json, JsonTypeInfo type, string path)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                WriteObject(json, type, path, []);
                break;
            case JsonTypeInfoKind.Dictionary:
                json.WriteString("type"u8, "object"u8);
                json.WriteStartObject("additionalProperties"u8);
                Strings(json, "type"u8, ["string", "number", "boolean"]);
                json.WriteEndObject();
                break;
            case JsonTypeInfoKind.Enumerable:
                json.WriteString("type"u8, "array"u8);
                json.WriteStartObject("items"u8);
                WriteValue(json, type.Options.GetTypeInfo(type.ElementType!), path);
                json.WriteEndObject();
                break;
            default:
                WriteSimple(json, type.Type, path);
                break;
        }
    }

    static void WriteSimple(Utf8JsonWriter json, Type type, string path)
    {
        var bounds = ConfigValidation.BoundsOf(path);
        if (bounds?.Words is { } words) Strings(json, "enum"u8, words);
        else if ((Nullable.GetUnderlyingType(type) ?? type) == typeof(bool)) json.WriteString("type"u8, "boolean"u8);
        else if (!JsonTypes.IsWhole(type)) json.WriteString("type"u8, "string"u8);
        else if (path == "instances")
            WriteWholeOr(json, bounds, static other => other.WriteString("const"u8, InstanceCount.Max));
        else if (path.EndsWith("Ms", StringComparison.Ordinal))
            WriteWholeOr(json, bounds, static other => WriteUnit(other, Durations));
        else if (path.EndsWith("Bytes", StringComparison.Ordinal))
            WriteWholeOr(json, bounds, static other => WriteUnit(other, Sizes));
        else WriteWhole(json, bounds);
    }

    /// <summary>Texts that <see cref="FileUnits"/> accepts, as ECMA 262 patterns.</summary>
    const string Durations =
        @"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)?$", Sizes = @"^[0-9]+(\.[0-9]+)?([KkMmGgTt]([Ii]?[Bb])?|[Bb])?$";

    static void WriteUnit(Utf8JsonWriter json, string pattern)
    {
        json.WriteString("type"u8, "string"u8);
        json.WriteString("pattern"u8, pattern);
    }

    static void WriteWholeOr(
        Utf8JsonWriter json, ConfigValidation.ValueBounds? bounds, Action<Utf8JsonWriter> writeOther)
    {
        json.WriteStartArray("anyOf"u8);
        json.WriteStartObject();
        WriteWhole(json, bounds);
        json.WriteEndObject();
        json.WriteStartObject();
        writeOther(json);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static void WriteWhole(Utf8JsonWriter json, ConfigValidation.ValueBounds? bounds)
    {
        json.WriteString("type"u8, "integer"u8);
        if (bounds?.Least is { } least) json.WriteNumber("minimum"u8, least);
        if (bounds?.Most is { } most) json.WriteNumber("maximum"u8, most);
    }

    /// <summary>Allows exactly one kind of probe.</summary>
    static void WriteOneKind(Utf8JsonWriter json, string[] kinds)
    {
        json.WriteStartArray("oneOf"u8);
        foreach (var kind in kinds)
        {
            json.WriteStartObject();
            Strings(json, "required"u8, [kind]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Strings(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
