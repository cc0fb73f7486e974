using System.Text;
using System.Text.Json;
using Tspm.Json;

namespace Tspm.Config.Import;

/// <summary>
/// A value of another manager's file in one short line of JSON, without what looks like a secret, at whatever depth.
/// </summary>
internal static class ShownValue
{
    public const string Hidden = "***";

    /// <summary>Longer ones are cut: the file has the rest.</summary>
    const int MaxLength = 200;

    /// <inheritdoc cref="Of(string, JsonElement)"/>
    public static string Of(string key, string value) =>
        Imported.IsSecret(key) || HasLogin(value) ? Hidden : JsonProblems.Quote(value);

    /// <param name="key">By its name it is a secret or not.</param>
    /// <param name="value">A secret, too, when it is an address with a login in it.</param>
    public static string Of(string key, JsonElement value)
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
        else
            text.Append(value.ValueKind == JsonValueKind.String && JsonTypes.TryText(value, out var word)
                && HasLogin(word) ? Hidden : JsonProblems.Show(value));
    }

    /// <summary><c>https://user:password@host</c>, and the like: many put a token there.</summary>
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
