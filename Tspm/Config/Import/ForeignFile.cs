using System.Text;
using System.Text.Json;

namespace Tspm.Config.Import;

/// <summary>Whose file of processes it is.</summary>
internal enum FileKind
{
    /// <summary>None that is known here: a program, a script, or a file of something else.</summary>
    None,

    /// <summary>A config file of Tspm.</summary>
    Tspm,

    /// <summary>PM2's: an ecosystem file by whatever name, or what <c>pm2 save</c> wrote.</summary>
    Pm2,
    Procfile,
    Supervisord,

    /// <summary>Of Docker Compose.</summary>
    Compose,
    ProcessCompose,
}

/// <summary>
/// Tells whose file of processes a path leads to: by the names that the tools themselves look for, otherwise by the
/// ending and then the content. Nothing is evaluated and nothing is thrown: a file that is broken, or cannot be read,
/// is what its name says.
/// </summary>
internal static class ForeignFile
{
    const int MaxBytes = 4 << 20;

    static readonly JsonDocumentOptions Lenient =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>None also when there is no such file.</summary>
    public static FileKind Recognise(string path)
    {
        if (Platform.RegularFile.Obstacle(path) is not null || !File.Exists(path)) return FileKind.None;
        var name = Path.GetFileName(path);
        var byName = ByName(name);
        if (byName == FileKind.None && !MayBe(name)) return FileKind.None;
        return Text(path) is { } text ? ByContent(name, text, byName) : byName;
    }

    /// <summary>What a file that cannot be understood is all the same.</summary>
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

    static bool MayBe(string name) =>
        IsYaml(name) || IsConfigScript(name) || name.EndsWith(".json", StringComparison.Ordinal)
        || name.EndsWith(".json5", StringComparison.Ordinal) || name.EndsWith(".toml", StringComparison.Ordinal)
            || IsIni(name)
        || name.EndsWith(".procfile", StringComparison.OrdinalIgnoreCase);

    /// <summary>The names of scripts that PM2 takes for its files.</summary>
    static bool IsConfigScript(string name) =>
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
        return Document(name, text) is { } root && KindOf(root) is not FileKind.None and var kind ? kind : byName;
    }

    static FileKind KindOf(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
            return root.GetArrayLength() > 0 && IsApp(root[0]) ? FileKind.Pm2 : FileKind.None;
        if (root.ValueKind != JsonValueKind.Object) return FileKind.None;
        if (root.TryGetProperty("apps", out _)) return FileKind.Pm2;
        if (root.TryGetProperty("processes", out var processes))
            return processes.ValueKind == JsonValueKind.Object ? FileKind.ProcessCompose : FileKind.Tspm;
        if (root.TryGetProperty("services", out var services) && services.ValueKind == JsonValueKind.Object)
            return FileKind.Compose;
        return root.TryGetProperty("pm2", out var apps) && apps.ValueKind == JsonValueKind.Array || IsOneApp(root)
            ? FileKind.Pm2 : FileKind.None;
    }

    /// <summary>An app of a list: no other file is a list of objects with such a member.</summary>
    static bool IsApp(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object
        && (IsText(item, "script") || IsText(item, "exec") || IsText(item, "cmd") || IsText(item, "pm_exec_path"));

    /// <summary>A file that is one app: a script alone is not enough, because other tools' files have one
    /// too.</summary>
    static bool IsOneApp(JsonElement root) => IsText(root, "script") && IsText(root, "name");

    static bool IsText(JsonElement item, string key) =>
        item.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String;

    /// <summary>It has the word <c>apps</c> outside comments, as the name of something; or it is called after
    /// PM2.</summary>
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
                // What is in a text is neither a comment nor a name, unless the text is the name.
                var end = EndOfText(text, at);
                if (text.AsSpan(at + 1, Math.Max(0, end - at - 1)) is "apps"
                    && NamesSomething(text.AsSpan(Math.Min(end + 1, text.Length)))) return true;
                at = end;
            }
            else if (rest.StartsWith("apps") && (at == 0 || !IsNameLetter(text[at - 1])) && NamesSomething(rest[4..]))
                return true;
        }
        return false;
    }

    /// <summary>Where the quote is that ends it; only the one of a template may be on a later line.</summary>
    static int EndOfText(string text, int at)
    {
        var quote = text[at];
        for (at++; at < text.Length && text[at] != quote; at++)
        {
            if (text[at] == '\\') at++;
            else if (text[at] == '\n' && quote != '`') break;
        }
        return at;
    }

    /// <summary>What follows: <c>apps: […]</c>, <c>"apps": […]</c>, <c>exports.apps = …</c>, <c>{ apps }</c>.</summary>
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

    /// <summary>Null: it cannot be understood.</summary>
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

    /// <summary>JSON with comments and trailing commas, or else as <see cref="RelaxedJson"/> reads it.</summary>
    /// <exception cref="ImportException">It is neither.</exception>
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
