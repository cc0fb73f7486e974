using System.Globalization;
using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Import;

/// <summary>
/// Imports one [program:x] of supervisord as one or more processes. The keys, their defaults and their meaning are
/// those of supervisord.org/configuration.html.
/// </summary>
/// <param name="section">The section of the program.</param>
/// <param name="global">[supervisord], whose environment, umask and directory apply to the programs.</param>
/// <param name="variables">The variables for %(…)s.</param>
/// <param name="file">Facts about the whole file.</param>
/// <param name="imported">Receives the result.</param>
internal sealed class SupervisordProgram(
    IniSection section, IniSection global, IReadOnlyDictionary<string, string> variables, SupervisordFile file,
    Imported imported)
{
    public const string PriorityHint = "use dependsOn where the order matters";

    public const string GroupSignalNote =
        "stopasgroup: the program gets the stop signal first, the rest of its tree once the program has ended";

    const string ToSyslog = "logs are files; to send one to syslog as well: tspm logs NAME -f | logger";

    static readonly string[] Known =
    [
        "command", "process_name", "numprocs", "numprocs_start", "priority", "autostart", "autorestart", "startsecs",
        "startretries", "exitcodes", "stopsignal", "stopwaitsecs", "stopasgroup", "killasgroup", "user",
        "redirect_stderr", "stdout_logfile", "stdout_logfile_maxbytes", "stdout_logfile_backups", "stderr_logfile",
        "stderr_logfile_maxbytes", "stderr_logfile_backups", "environment", "directory", "umask",
        "stdout_events_enabled", "stderr_events_enabled", "stdout_syslog", "stderr_syslog", "stdout_capture_maxbytes",
        "stderr_capture_maxbytes", "serverurl",
    ];

    readonly string _name = section.Name[8..].Trim();

    /// <summary>
    /// Adds the program: as one process, with several instances if needed; or, if %(process_num)s appears in its
    /// settings, as one process per number.
    /// </summary>
    public void Add(string? group)
    {
        foreach (var key in section.Keys)
        {
            var value = section.Get(key)!;
            if (key == "stopasgroup" && Flag(key) == true && !imported.Notes.Contains(GroupSignalNote))
                imported.Notes.Add(GroupSignalNote);
            if (Array.IndexOf(Known, key) < 0) imported.Leave(_name, key, value, "Tspm has nothing like it");
            else if (HintOf(key, value) is { } hint) imported.Leave(_name, key, value, hint);
        }
        if (section.Get("command") is null)
        {
            imported.Leave(_name, "command", "nothing", "the program was left out: it has no command");
            return;
        }
        var (count, first) = (Number("numprocs") ?? 1, Number("numprocs_start") ?? 0);
        var isNumbered = count > 1 && section.Keys.Exists(key =>
            key != "process_name" && section.Get(key)!.Contains("%(process_num)", StringComparison.Ordinal));
        if (!isNumbered)
        {
            imported.Add(Config(_name, group, first) with { Instances = count > 1 ? count : null });
            return;
        }
        if (count > ConfigValidation.MaxInstances)
        {
            imported.Leave(_name, "numprocs", section.Get("numprocs")!,
                $"the program was left out: a process has at most {ConfigValidation.MaxInstances} instances");
            return;
        }
        for (var number = first; number < first + count; number++)
        {
            var name = section.Get("process_name") is { } pattern
                ? Percent.Expand(pattern, VariablesOf(group, number), _name)
                : string.Create(CultureInfo.InvariantCulture, $"{_name}_{number:00}");
            imported.Add(Config(name, group ?? _name, number));
        }
    }

    ProcessConfig Config(string name, string? group, int number)
    {
        var own = VariablesOf(group, number);
        string? Value(string key) =>
            section.Get(key) is { } value ? Percent.Expand(value, own, $"{_name}, {key}") : null;
        var (output, errors) = (LogOf(Value("stdout_logfile")), LogOf(Value("stderr_logfile")));
        var mask = Value("umask") ?? global.Get("umask");
        var (command, args) = CommandOf(Value("command")!);
        return new ProcessConfig
        {
            Name = name,
            Namespace = group,
            ProjectDir = DirectoryOf(Value("directory"), own),
            Command = command,
            Args = args,
            Env = Environment(own),
            User = Value("user"),
            Umask = mask,
            Enabled = Flag("autostart") == false ? false : null,
            Restart = RestartOf(),
            Stop = StopOf(),
            OutFile = output,
            MergeLogs = Flag("redirect_stderr") == true ? true : null,
            ErrFile = Flag("redirect_stderr") == true ? null : errors,
            Log = LogConfigOf(),
        };
    }

    /// <summary>
    /// supervisord splits a command itself and never uses a shell. The line is kept if it means the same in Tspm; if a
    /// part of it would need a shell, it is written as words.
    /// </summary>
    (string Command, IReadOnlyList<string>? Args) CommandOf(string line)
    {
        var words = Shlex.Split(line, $"{_name}, command");
        if (words.Count == 0) return (line, null);
        var same = ShellWords.Split(line) is { } plain && plain.SequenceEqual(words);
        return same ? (line, null) : (words[0], words.GetRange(1, words.Count - 1));
    }

    /// <summary>
    /// The working directory: that of the program, else that of supervisord, else the folder that supervisord is
    /// started in.
    /// </summary>
    string DirectoryOf(string? said, Dictionary<string, string> own)
    {
        said ??= global.Get("directory") is { } all ? Percent.Expand(all, own, "[supervisord] directory") : null;
        // With a NUL character it is not a path, and the validation says so.
        if (said is not null) return said.Contains('\0') ? said : Path.GetFullPath(said, file.Folder);
        file.NoteFolder(imported);
        return file.Folder;
    }

    Dictionary<string, string> VariablesOf(string? group, int number)
    {
        var own = new Dictionary<string, string>(variables, StringComparer.Ordinal)
        {
            ["program_name"] = _name,
            ["group_name"] = group ?? _name,
            ["process_num"] = number.ToString(CultureInfo.InvariantCulture)
        };
        own["numprocs"] = section.Get("numprocs") ?? "1";
        own["process_name"] = section.Get("process_name") is { } pattern
            && !pattern.Contains("%(process_name)", StringComparison.Ordinal)
                ? Percent.Expand(pattern, own, _name)
                : _name;
        return own;
    }

    /// <summary>
    /// The restart policy. The default of <c>autorestart</c> is "unexpected": restart after an exit code that is not
    /// one of <c>exitcodes</c>.
    /// </summary>
    RestartConfig? RestartOf()
    {
        var codes = new List<int>();
        foreach (var word in (section.Get("exitcodes") ?? "0").Split(','))
            if (int.TryParse(word.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
                codes.Add(code);
        var said = section.Get("autorestart")?.ToLowerInvariant() ?? "unexpected";
        var restart = said switch
        {
            "unexpected" when codes is [0] => new RestartConfig { Policy = "on-failure" },
            "unexpected" => new RestartConfig { StopExitCodes = codes },
            "false" or "no" or "off" or "0" => new RestartConfig { Policy = "never" },
            _ => new RestartConfig(),
        };
        if (Number("startretries") is { } retries) restart = restart with { MaxConsecutive = Math.Max(1, retries) };
        if (Number("startsecs") is { } seconds) restart = restart with { MinUptimeMs = seconds * 1000 };
        return restart == new RestartConfig() ? null : restart;
    }

    StopConfig? StopOf()
    {
        var stop = new StopConfig
        {
            Signal = section.Get("stopsignal") is not (null or "TERM" or "SIGTERM") and var signal ? signal : null,
            TimeoutMs = Number("stopwaitsecs") * 1000,
        };
        return stop == new StopConfig() ? null : stop;
    }

    LogConfig? LogConfigOf()
    {
        var size = section.Get("stdout_logfile_maxbytes") ?? section.Get("stderr_logfile_maxbytes");
        // supervisord requires no size limit for a stream; for the log file in its place, the limit means nothing.
        if (size == "0" && LogStreams.IsOne(section.Get("stdout_logfile") ?? section.Get("stderr_logfile"), imported))
            size = null;
        var log = new LogConfig
        {
            MaxSizeBytes = size is not null && ByteSize.TryParse(size, out var bytes) ? bytes : null,
            Keep = Number("stdout_logfile_backups") ?? Number("stderr_logfile_backups"),
        };
        return log == new LogConfig() ? null : log;
    }

    /// <summary>The path of a log file. AUTO means a default place in both tools.</summary>
    string? LogOf(string? file) =>
        file?.ToUpperInvariant() switch
        {
            null or "AUTO" or "SYSLOG" => null,
            "NONE" => "/dev/null",
            _ => LogStreams.IsOne(file, imported) ? null : file,
        };

    /// <summary>
    /// The environment: that of supervisord, overridden by that of the program (KEY="value",KEY2=value).
    /// </summary>
    Dictionary<string, string>? Environment(IReadOnlyDictionary<string, string> own)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in (string?[])[global.Get("environment"), section.Get("environment")])
            if (text is not null) ReadPairs(Percent.Expand(text, own, $"{_name}, environment"), environment);
        return environment.Count == 0 ? null : environment;
    }

    void ReadPairs(string text, Dictionary<string, string> into)
    {
        for (var i = 0; i < text.Length;)
        {
            if (text[i] is ',' or ' ' or '\t' or '\n' or '\r')
            {
                i++;
                continue;
            }
            var equals = text.IndexOf('=', i);
            if (equals < 0)
                throw new ImportException($"{_name}: environment is not understood at '{text[i..]}'; expected "
                    + "KEY=\"value\",KEY2=\"value\"");
            var key = text[i..equals].Trim();
            for (i = equals + 1; i < text.Length && text[i] is ' ' or '\t'; i++) { }
            var value = new System.Text.StringBuilder();
            var quote = i < text.Length && text[i] is '"' or '\'' ? text[i++] : '\0';
            for (; i < text.Length && (quote == '\0' ? text[i] is not (',' or '\n') : text[i] != quote); i++)
            {
                if (quote == '"' && text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '"' or '\\') i++;
                value.Append(text[i]);
            }
            if (quote != '\0' && i++ >= text.Length)
                throw new ImportException($"{_name}: a quote in environment is never closed");
            into[key] = quote == '\0' ? value.ToString().TrimEnd() : value.ToString();
        }
    }

    /// <summary>What to do instead of a setting.</summary>
    /// <returns>Null if the setting has a counterpart, or matches the default behaviour of Tspm.</returns>
    string? HintOf(string key, string value) => key switch
    {
        "priority" when file.HasOrder => PriorityHint,
        // Without an [eventlistener], nobody reads these events.
        "stdout_events_enabled" or "stderr_events_enabled" when Flag(key) == true && file.HasListener =>
            "use: tspm logs NAME -f --json",
        "stdout_syslog" or "stderr_syslog" when Flag(key) == true => ToSyslog,
        "stdout_logfile" or "stderr_logfile" when value.Equals("syslog", StringComparison.OrdinalIgnoreCase) =>
            ToSyslog,
        "stdout_capture_maxbytes" or "stderr_capture_maxbytes" when value.Trim('0', 'M', 'K', 'B').Length > 0 =>
            "Tspm does not read messages from the output; a program can notify it with READY=1 and STATUS=… "
            + "(sd_notify), or write to its log: tspm logs NAME -f --json",
        "stderr_logfile_maxbytes" or "stderr_logfile_backups" when section.Get("stdout" + key[6..]) is { } other
            && other != value && Flag("redirect_stderr") != true =>
                "both logs follow the same rules; those of stdout were imported",
        "serverurl" when value != "AUTO" =>
            "Tspm has no server URL; a program reaches it with the command: tspm list --json",
        _ => null,
    };

    bool? Flag(string key) =>
        section.Get(key)?.ToLowerInvariant() switch
        {
            "true" or "yes" or "on" or "1" => true,
            "false" or "no" or "off" or "0" => false,
            _ => null,
        };

    int? Number(string key) =>
        int.TryParse(section.Get(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < 1_000_000 ? number : null;
}
