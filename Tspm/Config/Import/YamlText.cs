using System.Globalization;
using System.Text.Json;
using Tspm.Config.Yaml;

namespace Tspm.Config.Import;

/// <summary>
/// Converts YAML to JSON: one document, scalar keys, plain scalars by the core schema of YAML 1.2 (chapter 10.3),
/// anchors, and merge keys, which PM2 files contain.
/// </summary>
internal sealed class YamlText
{
    /// <summary>Limit for the expansion of nested aliases; an ecosystem file has some hundred nodes.</summary>
    const int MaxNodes = 100_000;

    /// <summary>Limit for the output: a long text counts each time that an alias repeats it.</summary>
    const long MaxBytes = 16 << 20;

    readonly YamlDocument _document;
    int _written;

    YamlText(YamlDocument document) => _document = document;

    /// <summary>Reads a document.</summary>
    /// <exception cref="ImportException">The text is not valid YAML, or JSON cannot express it; the message names the
    /// line.</exception>
    public static JsonElement Read(string text)
    {
        try
        {
            var document = YamlDocument.Read(text);
            using var bytes = new MemoryStream();
            using (var writer = new Utf8JsonWriter(bytes)) new YamlText(document).Write(writer, document.Root, 0);
            using var json = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
            return json.RootElement.Clone();
        }
        catch (YamlSyntaxException mistake)
        {
            throw new ImportException(string.Create(CultureInfo.InvariantCulture,
                $"it is not valid YAML at line {mistake.Line}, column {mistake.Column}: {mistake.Message}"));
        }
    }

    const string TooManyAliases = "the aliases (*NAME) expand to too much data; write some of the values out instead";

    void Write(Utf8JsonWriter writer, YamlNode node, int level)
    {
        if (writer.BytesCommitted + writer.BytesPending > MaxBytes) throw Problem(node, TooManyAliases);
        Count(node, level);
        switch (node)
        {
            case YamlAlias alias:
                Write(writer, Target(alias), level + 1);
                break;
            case YamlScalar scalar:
                WriteScalar(writer, scalar);
                break;
            case YamlList list:
                writer.WriteStartArray();
                foreach (var item in list.Items) Write(writer, item, level + 1);
                writer.WriteEndArray();
                break;
            case YamlMap map:
                writer.WriteStartObject();
                foreach (var (key, value) in Pairs(map, level))
                {
                    writer.WritePropertyName(key);
                    Write(writer, value, level + 1);
                }
                writer.WriteEndObject();
                break;
        }
    }

    void Count(YamlNode node, int level)
    {
        if (++_written > MaxNodes || level > YamlCursor.MaxDepth) throw Problem(node, TooManyAliases);
    }

    /// <summary>
    /// The pairs of a mapping. Its own keys take precedence over merged ones (yaml.org/type/merge.html).
    /// </summary>
    Dictionary<string, YamlNode> Pairs(YamlMap map, int level)
    {
        var pairs = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        var merged = new List<YamlNode>();
        for (var i = 0; i < map.KeysAndValues.Count; i += 2)
        {
            var (key, value) = (Key(map.KeysAndValues[i]), map.KeysAndValues[i + 1]);
            if (key is { Text: "<<", IsPlain: true }) merged.Add(value);
            else if (!pairs.TryAdd(key.Text, value)) throw Problem(key, $"'{key.Text}' is given twice");
        }
        foreach (var value in merged) Merge(pairs, value, level + 1);
        return pairs;
    }

    YamlScalar Key(YamlNode key) => key is YamlAlias alias ? (YamlScalar)Target(alias) : (YamlScalar)key;

    void Merge(Dictionary<string, YamlNode> pairs, YamlNode from, int level)
    {
        Count(from, level);
        switch (from)
        {
            case YamlAlias alias:
                Merge(pairs, Target(alias), level + 1);
                break;
            case YamlMap map:
                foreach (var (key, value) in Pairs(map, level)) pairs.TryAdd(key, value);
                break;
            case YamlList list:
                foreach (var item in list.Items) Merge(pairs, item, level + 1);
                break;
            default:
                throw Problem(from, "'<<' needs a mapping or a list of mappings");
        }
    }

    YamlNode Target(YamlAlias alias) =>
        alias.Target ?? throw Problem(alias, $"there is no &{alias.Name} before this alias");

    static void WriteScalar(Utf8JsonWriter writer, YamlScalar scalar)
    {
        var text = scalar.Text;
        if (!scalar.IsPlain || scalar.Tag is not null) writer.WriteStringValue(text);
        else if (text is "" or "~" or "null" or "Null" or "NULL") writer.WriteNullValue();
        else if (text is "true" or "True" or "TRUE") writer.WriteBooleanValue(true);
        else if (text is "false" or "False" or "FALSE") writer.WriteBooleanValue(false);
        else if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            writer.WriteNumberValue(number);
        else if (text.StartsWith("0x", StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out number)) writer.WriteNumberValue(number);
        else if (IsFraction(text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction)
                && double.IsFinite(fraction)) writer.WriteNumberValue(fraction);
        else writer.WriteStringValue(text);
    }

    /// <summary>
    /// Whether the text looks like a number. Other texts that .NET would accept ("Infinity", blanks) are strings.
    /// </summary>
    static bool IsFraction(string text) =>
        char.IsAsciiDigit(text[^1]) && (char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.');

    ImportException Problem(YamlNode at, string sentence) =>
        new(string.Create(CultureInfo.InvariantCulture, $"line {_document.LineOf(at)}: {sentence}"));
}
