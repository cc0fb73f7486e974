using System.Text.Json;
using System.Text.Unicode;

namespace Tspm.Config;

/// <summary>
/// A config file as JSON, independent of its format, with the line of each value by its path
/// (<c>processes[0].env.PORT</c>), in the order of the file.
/// </summary>
internal sealed record ConfigDocument(JsonElement Root, OrderedDictionary<string, int> Lines)
{
    /// <summary>
    /// Room for thousands of processes; a device or a log that was given by mistake is not read into memory.
    /// </summary>
    const int MaxBytes = 4 << 20;

    static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>
    /// Reads a file: <c>.toml</c> as TOML, everything else as JSON. Throws <see cref="ConfigFileException"/>.
    /// </summary>
    public static ConfigDocument Read(string path)
    {
        if (IsYaml(path)) throw new ConfigFileException(
            $"{path} is YAML, which Tspm reads only in PM2 files (apps: …); Tspm config files are JSON or TOML: "
            + $"write {ConfigFile.Shape} to tspm.json (see: tspm schema), then run: tspm start tspm.json", []);
        byte[] bytes;
        try
        {
            bytes = TextFile.ReadBytes(path, MaxBytes);
        }
        catch (TextFileException failure)
        {
            throw new ConfigFileException($"the config file {failure.Message}", []);
        }
        var text = bytes.AsSpan();
        if (text.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) text = text[3..];
        if (!Utf8.IsValid(text)) throw new ConfigFileException($"the config file {path} is not valid UTF-8", []);
        try
        {
            return path.EndsWith(".toml", StringComparison.OrdinalIgnoreCase)
                ? TomlDocument.Parse(text, path)
                : ParseJson(text.ToArray(), path);
        }
        catch (TooManyPathsException)
        {
            throw new ConfigFileException($"the config file {path} has too many nested values with long names; split "
                + "the file, or shorten the names", []);
        }
    }

    static bool IsYaml(string path) =>
        path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase);

    static ConfigDocument ParseJson(byte[] text, string path)
    {
        if (text.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
            throw new ConfigFileException($"the config file {path} is empty; expected {ConfigFile.Shape}", []);
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return new ConfigDocument(document.RootElement.Clone(), JsonLines.Find(text));
        }
        catch (JsonException failure)
        {
            var line = (failure.LineNumber ?? 0) + 1;
            var column = (failure.BytePositionInLine ?? 0) + 1;
            throw new ConfigFileException(
                $"the config file {path} is not valid JSON at line {line}, column {column} "
                + "(is a comma, quote or bracket missing there or just before?)", []);
        }
    }
}
