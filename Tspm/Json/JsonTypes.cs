using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tspm.Json;

/// <summary>
/// Questions about types, answered from source-generated metadata: their names for people, and whether a value fits.
/// </summary>
internal static class JsonTypes
{
    /// <summary>The members that JSON can set, by name.</summary>
    public static IReadOnlyDictionary<string, JsonPropertyInfo> Members(JsonTypeInfo type) =>
        type.Properties.Where(property => property.Set is not null)
            .ToDictionary(property => property.Name, property => property);

    /// <summary>The metadata of the type of a property.</summary>
    public static JsonTypeInfo For(JsonPropertyInfo property) => property.Options.GetTypeInfo(property.PropertyType);

    /// <summary>The name of a type in messages: "a whole number", "a list [ … ] of text".</summary>
    public static string Describe(JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object { … }",
        JsonTypeInfoKind.Enumerable => $"a list [ … ] of {Plural(type.Options.GetTypeInfo(type.ElementType!))}",
        _ => Describe(type.Type),
    };

    /// <summary>The name of a simple type in messages: "a whole number", "text".</summary>
    public static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(bool)) return "true or false";
        if (IsWhole(type)) return "a whole number";
        if (type == typeof(double)) return "a number";
        return type == typeof(JsonElement) ? "a value" : "text";
    }

    static string Plural(JsonTypeInfo type) =>
        type switch
        {
            { Kind: not JsonTypeInfoKind.None } => "objects",
            _ when IsWhole(type.Type) => "whole numbers",
            _ when type.Type == typeof(string) => "text",
            _ => "values",
        };

    /// <summary>Whether a JSON value can be read as this simple type.</summary>
    public static bool Fits(JsonElement element, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(JsonElement)) return true;
        if (type == typeof(bool)) return element.ValueKind is JsonValueKind.True or JsonValueKind.False;
        if (type == typeof(int)) return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out _);
        if (type == typeof(long)) return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out _);
        if (type == typeof(double)) return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out _);
        return element.ValueKind == JsonValueKind.String && TryText(element, out _);
    }

    /// <summary>Reads a string value.</summary>
    /// <returns>
    /// False for bytes that are not UTF-8 and for half a surrogate pair (<c>"\ud800"</c>), which no string can hold.
    /// </returns>
    public static bool TryText(JsonElement element, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = element.GetString();
        }
        catch (InvalidOperationException)
        {
            // The only way that System.Text.Json reports it.
            text = null;
        }
        return text is not null;
    }

    /// <summary>Like <see cref="TryText"/>, for the name of a member.</summary>
    public static bool TryName(JsonProperty member, [NotNullWhen(true)] out string? name)
    {
        try
        {
            name = member.Name;
        }
        catch (InvalidOperationException)
        {
            // The only way that System.Text.Json reports it.
            name = null;
        }
        return name is not null;
    }

    /// <summary>Whether the type is a whole number, nullable or not.</summary>
    public static bool IsWhole(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) is var plain && (plain == typeof(int) || plain == typeof(long));
}
