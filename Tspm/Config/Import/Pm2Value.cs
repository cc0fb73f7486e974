using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tspm.Json;
using Tspm.Text;

namespace Tspm.Config.Import;

/// <summary>
/// Reads the values of PM2 settings the way PM2 does. Null means that the value has a kind that the setting does not
/// accept.
/// </summary>
internal static class Pm2Value
{
    static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The value as text; numbers, true and false are converted.</summary>
    public static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonTypes.TryText(value, out var text) ? text : null,
        JsonValueKind.Number => Number(value),
        JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    /// <summary>The value of a variable: PM2 writes an object or a list as JSON without spaces.</summary>
    public static string Variable(JsonElement value)
    {
        if (Text(value) is { } text) return text;
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Compact)) value.WriteTo(writer);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>A number as JavaScript writes it: 1.0 is "1", and 1e3 is "1000".</summary>
    static string Number(JsonElement value)
    {
        var raw = value.GetRawText();
        if (raw.AsSpan().IndexOfAny('.', 'e', 'E') < 0 || !value.TryGetDouble(out var number)) return raw;
        return Math.Abs(number) < 1e15 && number == Math.Truncate(number)
            ? number.ToString("F0", CultureInfo.InvariantCulture)
            : number.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant();
    }

    /// <summary>The items of a list, or a single text as a list.</summary>
    public static List<string>? Words(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array) return Text(value) is { } one ? [one] : null;
        var words = new List<string>();
        foreach (var item in value.EnumerateArray())
            if (Text(item) is { } word) words.Add(word);
        return words;
    }

    /// <summary>The items of a list. Where PM2 expects a list and finds a text, it splits the text at spaces.</summary>
    public static IReadOnlyList<string>? List(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? Words(value) : SplitText(Text(value));

    static IReadOnlyList<string>? SplitText(string? line) => line is null ? null : Split(line);

    /// <summary>The words of a command line, or the parts between spaces if it needs a shell.</summary>
    public static IReadOnlyList<string> Split(string line) =>
        ShellWords.Split(line) ?? line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A list of exit codes.</summary>
    public static List<int>? Codes(JsonElement value)
    {
        var codes = new List<int>();
        foreach (var word in List(value) ?? [])
            if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= 255)
                codes.Add(code);
            else return null;
        return codes;
    }

    /// <summary>A whole number.</summary>
    public static int? Whole(JsonElement value) =>
        int.TryParse(Text(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : null;

    /// <summary>A duration in milliseconds.</summary>
    public static int? Time(JsonElement value) =>
        Duration.TryParse(Text(value) ?? "", out var time) && time.TotalMilliseconds <= int.MaxValue
            ? (int)time.TotalMilliseconds : null;

    /// <summary>A size in bytes.</summary>
    public static long? Size(JsonElement value) =>
        ByteSize.TryParse(Text(value) ?? "", out var size) && size > 0 ? size : null;

    /// <summary>
    /// The number of instances that a number in a PM2 file means: 0 is one per core, and a negative number is that many
    /// fewer, but at least one.
    /// </summary>
    public static int Instances(int said) => said > 0 ? said : Math.Max(1, Environment.ProcessorCount + said);

    /// <summary>Whether the value is an empty list, object or text.</summary>
    public static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        JsonValueKind.String => value.ValueEquals(""),
        _ => false,
    };

    /// <summary>
    /// A pattern of PM2 as one of Tspm: a leading "./" means nothing, and a folder includes everything below it in
    /// both.
    /// </summary>
    public static string Pattern(string text)
    {
        var plain = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
        return plain.Length == 0 ? text : plain;
    }

    /// <summary>Always true: lets an assignment be the last operand of a condition.</summary>
    public static bool Did(object? _) => true;
}
