using System.Globalization;

namespace Tspm.Config.Import;

/// <summary>
/// Imports a supervisord.conf with its includes and groups. Pure, except for the included files, which the caller
/// reads. <see cref="SupervisordProgram"/> maps the settings of a program. Sections about supervisord itself need no
/// counterpart: a note names them, and nothing is lost.
/// </summary>
internal static class SupervisordImport
{
    /// <summary>Imports a file.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="path">The path of the file, absolute.</param>
    /// <param name="start">The folder in which supervisord would be started, absolute; programs inherit it.</param>
    /// <param name="environment">The variables for %(ENV_X)s.</param>
    /// <param name="host">The host name for %(host_node_name)s.</param>
    /// <param name="include">Returns the paths that match a pattern, in order.</param>
    /// <param name="read">Returns the content of an included file.</param>
    /// <exception cref="ImportException">The file cannot be understood.</exception>
    public static Imported Read(
        string text, string path, string start, IReadOnlyDictionary<string, string> environment, string host,
        Func<string, List<string>> include, Func<string, string> read)
    {
        var sections = new List<IniSection>();
        var folder = Path.GetDirectoryName(path)!;
        IniFile.Read(text, path, sections);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["here"] = folder,
            ["host_node_name"] = host
        };
        foreach (var (name, value) in environment) variables["ENV_" + name] = value;
        if (sections.Find(static section => section.Name == "include")?.Get("files") is { } files)
            foreach (var pattern in files.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                var wanted = Percent.Expand(pattern, variables, "[include] files");
                if (wanted.Contains('\0')) throw new ImportException("[include] files contains a NUL character");
                foreach (var included in include(Path.GetFullPath(wanted, folder)))
                    IniFile.Read(read(included), included, sections);
            }
        var imported = new Imported();
        var global = sections.Find(static section => section.Name == "supervisord") ?? new IniSection("supervisord");
        var file = new SupervisordFile(start, sections);
        var groups = GroupsOf(sections, file, imported);
        var own = new List<string>();
        foreach (var section in sections)
        {
            if (section.Name.StartsWith("program:", StringComparison.Ordinal))
                new SupervisordProgram(section, global, variables, file, imported)
                    .Add(groups.GetValueOrDefault(section.Name[8..].Trim()));
            else if (section.Name.StartsWith("fcgi-program:", StringComparison.Ordinal))
                imported.Leave(section.Name, "command", section.Get("command") ?? "", FcgiHint(section));
            else if (section.Name.StartsWith("eventlistener:", StringComparison.Ordinal))
                imported.Leave(
                    section.Name, "command", section.Get("command") ?? "",
                    "the program was left out; use hooks, or: tspm events -f --json");
            else if (!section.Name.StartsWith("group:", StringComparison.Ordinal)
                && section.Name is not ("include" or "supervisord")) own.Add($"[{section.Name}]");
        }
        NoteGlobal(global, imported);
        if (own.Count > 0)
            imported.Notes.Add($"{string.Join(", ", own)}: only for supervisord itself; Tspm needs no such setting");
        return imported;
    }

    /// <summary>
    /// The hint for a program that accepts connections on its standard input: it cannot use sockets on other
    /// descriptors.
    /// </summary>
    static string FcgiHint(IniSection section) =>
        "the program was left out: it expects its socket "
        + $"({section.Get("socket") ?? "none is named"}) as standard input, but 'listen' passes sockets like systemd, "
        + "from descriptor 3 on; if the program supports that (uvicorn: --fd 3), define it with 'listen'";

    /// <summary>The group of each program, by the name of the program.</summary>
    static Dictionary<string, string> GroupsOf(List<IniSection> sections, SupervisordFile file, Imported imported)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var section in sections)
        {
            if (!section.Name.StartsWith("group:", StringComparison.Ordinal)) continue;
            var name = section.Name[6..].Trim();
            foreach (var program in (section.Get("programs") ?? "").Split([',', '\n'],
                StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) groups.TryAdd(program, name);
            if (file.HasOrder && section.Get("priority") is { } priority)
                imported.Leave(section.Name, "priority", priority, SupervisordProgram.PriorityHint);
        }
        return groups;
    }

    /// <summary>
    /// Notes the settings of supervisord itself that affect its programs and that <see cref="SupervisordProgram"/> does
    /// not import.
    /// </summary>
    static void NoteGlobal(IniSection global, Imported imported)
    {
        foreach (var key in global.Keys)
        {
            var value = global.Get(key);
            if (key is "minfds" or "minprocs")
            {
                var limit = key == "minfds" ? "nofile" : "nproc";
                imported.Notes.Add(
                    $"[supervisord] {key} = {value}: set limits.{limit} in each process that needs it");
            }
            else if (key == "user")
                imported.Notes.Add($"[supervisord] user = {value}: run tspm as that user, or set user in each process");
        }
    }
}

/// <summary>
/// Expands the %-expressions of Python, as far as supervisord settings use them: %(name)s, %(name)d, %(name)02d and %%.
/// </summary>
internal static class Percent
{
    /// <summary>Expands the expressions in a text.</summary>
    /// <exception cref="ImportException">A name is not known, or a percent sign begins no expression.</exception>
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables, string where)
    {
        if (!text.Contains('%')) return text;
        var result = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                result.Append(text[i]);
                continue;
            }
            if (i + 1 < text.Length && text[i + 1] == '%')
            {
                result.Append('%');
                i++;
                continue;
            }
            var close = i + 1 < text.Length && text[i + 1] == '(' ? text.IndexOf(')', i) : -1;
            var end = close < 0 ? -1 : text.AsSpan(close).IndexOfAny('s', 'd');
            if (end < 0)
                throw new ImportException($"{where}: the percent sign in '{text}' begins no %(NAME)s; write %% for "
                    + "a literal one");
            var name = text[(i + 2)..close];
            if (!variables.TryGetValue(name, out var value))
            {
                var isVariable = name.StartsWith("ENV_", StringComparison.Ordinal);
                var remedy = isVariable ? $"; set {name[4..]} in the environment" : "";
                throw new ImportException($"{where}: %({name})s is not known here{remedy}");
            }
            result.Append(Padded(value, text.AsSpan(close + 1, end - 1)));
            i = close + end;
        }
        return result.ToString();
    }

    static string Padded(string value, ReadOnlySpan<char> width) =>
        width.Length > 0 && int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var digits)
            && digits < 100
            ? value.PadLeft(digits, width[0] == '0' ? '0' : ' ')
            : value;
}
