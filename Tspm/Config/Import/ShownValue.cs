using System.Text;
using System.Text.Json;
using Tspm.Json;

namespace Tspm.Config.Import;

/// <summary>
/// Shows a value from the file of another process manager in one short line of JSON, with secrets hidden at every
/// depth.
/// </summary>
internal static class ShownValue
{
    public const string Hidden = "***";

    /// <summary>Longer values are cut; the file has the rest.</summary>
    const int MaxLength = 200;

    /// <inheritdoc cref="Format(string, JsonElement)"/>
    public static string Format(string key, string value) =>
        IsSecret(key, value) ? Hidden : JsonProblems.Quote(value);

    /// <summary>Whether a setting looks like a secret, by its name or because it is an address with a login.</summary>
    public static bool IsSecret(string key, string value) => Imported.IsSecret(key) || HasLogin(value);

    /// <summary>The value as it may be shown.</summary>
    /// <param name="key">The name, which may be that of a secret.</param>
    /// <param name="value">The value. An address that contains a login is hidden too.</param>
    public static string Format(string key, JsonElement value)
    {
        var text = new StringBuilder();
        Write(text, key, value);
        return text.Length <= MaxLength ? text.ToString() : text.ToString(0, MaxLength) + "…";
    }

    static void Write(StringBuilder text, string key, JsonElement value)
    {
        if (text.Length > MaxLength) return;
        if (Imported.IsSecret(key)) text.Append(Hidden);
        else if (value.ValueKind == JsonValueKind.Object) WriteMembers(text, value);
        else if (value.ValueKind == JsonValueKind.Array) WriteItems(text, key, value);
        else text.Append(IsLogin(value) ? Hidden : JsonProblems.Show(value));
    }

    static bool IsLogin(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && JsonTypes.TryText(value, out var text) && HasLogin(text);

    /// <summary>
    /// Whether a text is an address with a login, such as <c>https://user:password@host</c>; many people put a token
    /// there.
    /// </summary>
    static bool HasLogin(string text) =>
        text.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at && text.IndexOf('@', at) > 0;

    static void WriteMembers(StringBuilder text, JsonElement value)
    {
        text.Append('{');
        var separator = " ";
        foreach (var member in value.EnumerateObject())
        {
            if (!JsonTypes.TryName(member, out var name)) continue;
            text.Append(separator).Append(JsonProblems.Quote(name)).Append(": ");
            Write(text, name, member.Value);
            separator = ", ";
        }
        text.Append(separator == " " ? "}" : " }");
    }

    static void WriteItems(StringBuilder text, string key, JsonElement value)
    {
        text.Append('[');
        var separator = "";
        foreach (var item in value.EnumerateArray())
        {
            text.Append(separator);
            Write(text, key, item);
            separator = ", ";
        }
        text.Append(']');
    }
}
