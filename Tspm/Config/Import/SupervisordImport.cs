namespace Tspm.Config.Import;

/// <summary>
/// A supervisord.conf with its includes and groups. Pure but for the files that it includes, which the caller reads.
/// What a program says is mapped by <see cref="SupervisordProgram"/>. Sections about supervisord itself need no
/// counterpart: they are named, and lose nothing.
/// </summary>
internal static class SupervisordImport
{
    /// <param name="text">The file.</param>
    /// <param name="path">Its path, absolute.</param>
    /// <param name="start">The folder that programs inherit, absolute: where supervisord would be started.</param>
    /// <param name="environment">For %(ENV_X)s.</param>
    /// <param name="host">For %(host_node_name)s.</param>
    /// <param name="include">The paths that fit a pattern, in order.</param>
    /// <param name="read">What is in one of them.</param>
    /// <exception cref="ImportException">It cannot be understood.</exception>
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
                foreach (var included in include(Path.GetFullPath(Percent.Expand(pattern, variables, "[include] files"),
                    folder)))
                    IniFile.Read(read(included), included, sections);
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
                    "the program was left out, with all that it says: hooks, or tspm events -f --json");
            else if (!section.Name.StartsWith("group:", StringComparison.Ordinal)
                && section.Name is not ("include" or "supervisord")) own.Add($"[{section.Name}]");
        }
        TakeGlobal(global, imported);
        if (own.Count > 0)
            imported.Notes
                .Add($"{string.Join(", ", own)}: supervisord's own; Tspm has its socket and needs no such setting");
        return imported;
    }

    /// <summary>A program that accepts on its standard input cannot run with sockets that are elsewhere.</summary>
    static string FcgiHint(IniSection section) =>
        "the program was left out, with all that it says: it expects its socket "
        + $"({section.Get("socket") ?? "none is named"}) as standard input, and 'listen' passes sockets as systemd "
        + "does, from descriptor 3 on; define it with 'listen' where it can take that (uvicorn: --fd 3)";

    /// <summary>Group by program.</summary>
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
    /// What of supervisord's own settings reaches its programs, and is not taken over by
    /// <see cref="SupervisordProgram"/>.
    /// </summary>
    static void TakeGlobal(IniSection global, Imported imported)
    {
        foreach (var key in global.Keys)
        {
            var value = global.Get(key);
            if (key is "minfds" or "minprocs")
                imported.Notes
                    .Add($"[supervisord] {key} = {value}: limits.{(key == "minfds" ? "nofile" : "nproc")} of a "
                        + "process, where it needs that");
            else if (key == "user")
                imported.Notes.Add($"[supervisord] user = {value}: run tspm as that user, or say user in each process");
        }
    }
}

/// <summary>
/// Python's %-expressions, as far as supervisord's settings use them: %(name)s, %(name)d, %(name)02d and %%.
/// </summary>
internal static class Percent
{
    /// <exception cref="ImportException">A name that is not known, or something else behind a percent sign.</exception>
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
                throw new ImportException($"{where}: the percent sign in '{text}' is not understood; a plain one is "
                    + "written %%");
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
        width.Length > 0 && int.TryParse(width, out var digits) && digits < 100
            ? value.PadLeft(digits, width[0] == '0' ? '0' : ' ')
            : value;
}
