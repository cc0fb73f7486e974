using System.Text;
using System.Text.Json;

namespace Tspm.Config.Import;

/// <summary>The tool that a file of processes belongs to.</summary>
internal enum FileKind
{
    /// <summary>Not a known file: a program, a script, or a file of something else.</summary>
    None,

    /// <summary>A config file of Tspm.</summary>
    Tspm,

    /// <summary>A PM2 file: an ecosystem file of any name, or the file that <c>pm2 save</c> writes.</summary>
    Pm2,
    /// <summary>A Procfile, as foreman and Heroku use it.</summary>
    Procfile,
    /// <summary>A supervisord.conf.</summary>
    Supervisord,

    /// <summary>A Docker Compose file.</summary>
    Compose,
    /// <summary>A process-compose file.</summary>
    ProcessCompose,
}

/// <summary>
/// Finds out which tool a file of processes belongs to: by the file names that the tools themselves look for, otherwise
/// by the ending and then by the content. Nothing is evaluated, and no exception is thrown: a file that is broken or
/// cannot be read is classified by its name.
/// </summary>
internal static class ForeignFile
{
    const int MaxBytes = 4 << 20;

    static readonly JsonDocumentOptions Lenient =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The kind of a file; also <see cref="FileKind.None"/> if it does not exist.</summary>
    public static FileKind Recognise(string path)
    {
        if (Platform.RegularFile.Obstacle(path) is not null || !File.Exists(path)) return FileKind.None;
        var name = Path.GetFileName(path);
        var byName = ByName(name);
        if (!HasName(name)) return FileKind.None;
        return Text(path) is { } text ? ByContent(name, text, byName) : byName;
    }

    /// <summary>The kind by name alone, which also holds if the content cannot be understood.</summary>
    static FileKind ByName(string name)
    {
        if (name.StartsWith("ecosystem.", StringComparison.Ordinal) || name == "dump.pm2") return FileKind.Pm2;
        if (name is "Procfile" || name.StartsWith("Procfile.", StringComparison.Ordinal)) return FileKind.Procfile;
        if (name is "supervisord.conf") return FileKind.Supervisord;
        if (name is "tspm.json" or "tspm.toml") return FileKind.Tspm;
        if (!IsYaml(name)) return FileKind.None;
        if (name.StartsWith("process-compose.", StringComparison.Ordinal)) return FileKind.ProcessCompose;
        return name.StartsWith("docker-compose.", StringComparison.Ordinal)
            || name.StartsWith("compose.", StringComparison.Ordinal) ? FileKind.Compose : FileKind.None;
    }

    /// <summary>Whether a file with this name may be a file of processes, of Tspm or of another tool.</summary>
    public static bool HasName(string name) => ByName(name) != FileKind.None || MayBe(name);

    static bool MayBe(string name) =>
        IsYaml(name) || IsConfigScript(name) || name.EndsWith(".json", StringComparison.Ordinal)
        || name.EndsWith(".json5", StringComparison.Ordinal) || name.EndsWith(".toml", StringComparison.Ordinal)
            || IsIni(name)
        || name.EndsWith(".procfile", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether PM2 treats a script with this name as an ecosystem file.</summary>
    public static bool IsConfigScript(string name) =>
        name.EndsWith(".config.js", StringComparison.Ordinal) || name.EndsWith(".config.cjs", StringComparison.Ordinal)
        || name.EndsWith(".config.mjs", StringComparison.Ordinal);

    static bool IsYaml(string name) =>
        name.EndsWith(".yml", StringComparison.Ordinal) || name.EndsWith(".yaml", StringComparison.Ordinal);

    static bool IsIni(string name) =>
        name.EndsWith(".conf", StringComparison.Ordinal) || name.EndsWith(".ini", StringComparison.Ordinal);

    static FileKind ByContent(string name, string text, FileKind byName)
    {
        if (byName is FileKind.Procfile || name.EndsWith(".procfile", StringComparison.OrdinalIgnoreCase))
            return FileKind.Procfile;
        if (name.EndsWith("js", StringComparison.Ordinal))
            return byName == FileKind.Pm2 || IsPm2Script(name, text) ? FileKind.Pm2 : FileKind.None;
        if (name.EndsWith(".toml", StringComparison.Ordinal))
            return HasLine(text, "[[processes", "processes") ? FileKind.Tspm : byName;
        if (IsIni(name))
            return HasLine(text, "[program:", "[fcgi-program:", "[supervisord]") ? FileKind.Supervisord : byName;
        // The name is Tspm's own, so the content is meant for Tspm, whatever is wrong with it.
        if (byName == FileKind.Tspm) return FileKind.Tspm;
        return Document(name, text) is { } root && KindOf(root) is not FileKind.None and var kind ? kind : byName;
    }

    static FileKind KindOf(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
            return root.GetArrayLength() > 0 && IsApp(root[0]) ? FileKind.Pm2 : FileKind.None;
        if (root.ValueKind != JsonValueKind.Object) return FileKind.None;
        if (root.TryGetProperty("apps", out _)) return FileKind.Pm2;
        if (root.TryGetProperty("processes", out var processes))
            return IsProcessCompose(processes) ? FileKind.ProcessCompose : FileKind.Tspm;
        if (root.TryGetProperty("services", out var services) && services.ValueKind == JsonValueKind.Object)
            return FileKind.Compose;
        return root.TryGetProperty("pm2", out var apps) && apps.ValueKind == JsonValueKind.Array || IsOneApp(root)
            ? FileKind.Pm2 : FileKind.None;
    }

    /// <summary>Whether these are the processes of a process-compose file: objects by name.</summary>
    static bool IsProcessCompose(JsonElement processes) =>
        processes.ValueKind == JsonValueKind.Object
        && processes.EnumerateObject() is var members && members.Any()
        && members.All(static member => member.Value.ValueKind == JsonValueKind.Object);

    /// <summary>
    /// Whether an item of a list is a PM2 app: no other tool has files that are lists of objects with such a member.
    /// </summary>
    static bool IsApp(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object
        && (IsText(item, "script") || IsText(item, "exec") || IsText(item, "cmd") || IsText(item, "pm_exec_path"));

    /// <summary>
    /// Whether the file is a single PM2 app. A script alone is not enough, because files of other tools have one too.
    /// </summary>
    static bool IsOneApp(JsonElement root) => IsText(root, "script") && IsText(root, "name");

    static bool IsText(JsonElement item, string key) =>
        item.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String;

    /// <summary>
    /// Whether a script is a PM2 file: it names something <c>apps</c> outside of comments, or its own name begins with
    /// "pm2.".
    /// </summary>
    static bool IsPm2Script(string name, string text)
    {
        if (name.StartsWith("pm2.", StringComparison.Ordinal)) return true;
        for (var at = 0; at < text.Length; at++)
        {
            var rest = text.AsSpan(at);
            if (rest.StartsWith("//") || rest.StartsWith("/*"))
            {
                var end = text.IndexOf(rest[1] == '/' ? "\n" : "*/", at + 2, StringComparison.Ordinal);
                if (end < 0) return false;
                at = end;
            }
            else if (rest[0] is '"' or '\'' or '`')
            {
                // The content of a string is neither a comment nor a name, unless the whole string is the name.
                var end = EndOfString(text, at);
                if (text.AsSpan(at + 1, Math.Max(0, end - at - 1)) is "apps"
                    && NamesSomething(text.AsSpan(Math.Min(end + 1, text.Length)))) return true;
                at = end;
            }
            else if (rest.StartsWith("apps") && (at == 0 || !IsNameLetter(text[at - 1])) && NamesSomething(rest[4..]))
                return true;
        }
        return false;
    }

    /// <summary>The index of the closing quote. Only a template may span several lines.</summary>
    static int EndOfString(string text, int at)
    {
        var quote = text[at];
        for (at++; at < text.Length && text[at] != quote; at++)
        {
            if (text[at] == '\\') at++;
            else if (text[at] == '\n' && quote != '`') break;
        }
        return at;
    }

    /// <summary>
    /// Whether the text after a word makes it a name, as in <c>apps: […]</c>, <c>"apps": […]</c>, <c>exports.apps =
    /// …</c> and <c>{ apps }</c>.
    /// </summary>
    static bool NamesSomething(ReadOnlySpan<char> rest)
    {
        if (rest.Length > 0 && rest[0] is '"' or '\'') rest = rest[1..];
        rest = rest.TrimStart();
        return rest.Length > 0 && rest[0] is ':' or '=' or '}' or ',';
    }

    static bool IsNameLetter(char letter) => char.IsLetterOrDigit(letter) || letter is '_' or '$' or '-' or '/';

    static bool HasLine(string text, params string[] beginnings)
    {
        foreach (var line in text.Split('\n'))
            foreach (var beginning in beginnings)
                if (line.AsSpan().TrimStart().StartsWith(beginning, StringComparison.Ordinal)) return true;
        return false;
    }

    /// <summary>The content as JSON; null if it cannot be parsed.</summary>
    static JsonElement? Document(string name, string text)
    {
        try
        {
            return IsYaml(name) ? YamlText.Read(text) : Json(text);
        }
        catch (ImportException)
        {
            return null;
        }
    }

    /// <summary>
    /// Reads JSON with comments and trailing commas, or else in the way of <see cref="RelaxedJson"/>.
    /// </summary>
    /// <exception cref="ImportException">The text is neither.</exception>
    public static JsonElement Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return RelaxedJson.Read(text);
        }
    }

    static string? Text(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(TextFile.ReadBytes(path, MaxBytes)).TrimStart('\uFEFF');
        }
        catch (TextFileException)
        {
            return null;
        }
    }
}
