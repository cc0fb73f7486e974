using System.Globalization;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Import;

/// <summary>
/// One [program:x] of supervisord as processes. Keys, defaults and meaning are those of
/// supervisord.org/configuration.html.
/// </summary>
/// <param name="section">The program's.</param>
/// <param name="global">[supervisord], whose environment, umask and directory reach the programs.</param>
/// <param name="variables">For %(…)s.</param>
/// <param name="file">What the whole file says that a program depends on.</param>
/// <param name="imported">Takes the result.</param>
internal sealed class SupervisordProgram(
    IniSection section, IniSection global, IReadOnlyDictionary<string, string> variables, SupervisordFile file,
    Imported imported)
{
    public const string PriorityHint = "say dependsOn where the order matters";

    public const string GroupSignalNote =
        "stopasgroup: the program gets the stop signal first, and the rest of its tree as soon as it has ended";

    static readonly string[] Known =
    [
        "command", "process_name", "numprocs", "numprocs_start", "priority", "autostart", "autorestart", "startsecs",
        "startretries", "exitcodes", "stopsignal", "stopwaitsecs", "stopasgroup",
        "killasgroup", "user", "redirect_stderr", "stdout_logfile", "stdout_logfile_maxbytes", "stdout_logfile_backups",
        "stderr_logfile", "stderr_logfile_maxbytes", "stderr_logfile_backups",
        "environment", "directory", "umask", "stdout_events_enabled", "stderr_events_enabled", "stdout_syslog",
        "stderr_syslog", "stdout_capture_maxbytes", "stderr_capture_maxbytes", "serverurl",
    ];

    readonly string _name = section.Name[8..].Trim();

    /// <summary>
    /// As many processes as it takes: one with instances, or one for each number where the number is part of what it
    /// says.
    /// </summary>
    public void Add(string? group)
    {
        foreach (var key in section.Keys)
        {
            var value = section.Get(key)!;
            if (key == "stopasgroup" && Flag(key) == true && !imported.Notes.Contains(GroupSignalNote))
                imported.Notes.Add(GroupSignalNote);
            if (Array.IndexOf(Known, key) < 0) imported.Leave(_name, key, value, "no counterpart");
            else if (HintOf(key, value) is { } hint) imported.Leave(_name, key, value, hint);
        }
        if (section.Get("command") is null)
        {
            imported.Leave(_name, "command", "nothing", "the program was left out: it has no command");
            return;
        }
        var (count, first) = (Number("numprocs") ?? 1, Number("numprocs_start") ?? 0);
        var isNumbered = count > 1
            && section.Keys
                .Exists(key =>
                    key != "process_name" && section.Get(key)!.Contains("%(process_num)", StringComparison.Ordinal));
        if (!isNumbered)
        {
            imported.Add(Config(_name, group, first) with { Instances = count > 1 ? count : null });
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
    /// supervisord splits a command itself and never uses a shell. A line means the same here unless
    /// something in it would need one: then it is written as words.
    /// </summary>
    (string Command, IReadOnlyList<string>? Args) CommandOf(string line)
    {
        var words = Shlex.Split(line, $"{_name}, command");
        if (words.Count == 0) return (line, null);
        var same = ShellWords.Split(line) is { } plain && plain.Count == words.Count;
        for (var i = 0; same && i < words.Count; i++) same = ShellWords.Split(line)![i] == words[i];
        return same ? (line, null) : (words[0], words.GetRange(1, words.Count - 1));
    }

    /// <summary>Without a directory of its own, or supervisord's, it inherits the folder that supervisord runs
    /// in.</summary>
    string DirectoryOf(string? said, Dictionary<string, string> own)
    {
        said ??= global.Get("directory") is { } all ? Percent.Expand(all, own, "[supervisord] directory") : null;
        if (said is not null) return Path.GetFullPath(said, file.Folder);
        file.TellOfFolder(imported);
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
    /// Without <c>autorestart</c> it is "unexpected": an exit code that is not among <c>exitcodes</c> is.
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
            Signal = section.Get("stopsignal") is { } signal && signal is not ("TERM" or "SIGTERM")
                ? signal
                : null,
            TimeoutMs = Number("stopwaitsecs") * 1000,
        };
        return stop == new StopConfig() ? null : stop;
    }

    LogConfig? LogConfigOf()
    {
        var size = section.Get("stdout_logfile_maxbytes") ?? section.Get("stderr_logfile_maxbytes");
        // A stream has to be without a limit; the file that it becomes has not.
        if (size == "0" && LogStreams.IsOne(section.Get("stdout_logfile") ?? section.Get("stderr_logfile"), imported))
            size = null;
        var log = new LogConfig
        {
            MaxSizeBytes = size is not null && ByteSize.TryParse(size, out var bytes)
                ? bytes
                : null,
            Keep = Number("stdout_logfile_backups") ?? Number("stderr_logfile_backups"),
        };
        return log == new LogConfig() ? null : log;
    }

    /// <summary>AUTO is a place of the manager's own, as here.</summary>
    string? LogOf(string? file) =>
        LogStreams.IsOne(file, imported) ? null
        : file?.ToUpperInvariant() switch { null or "AUTO" or "SYSLOG" => null, "NONE" => "/dev/null", _ => file };

    /// <summary>supervisord's own for all, then the program's: KEY="value",KEY2=value.</summary>
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

    /// <summary>Null: it has a counterpart, or says what is so here anyway.</summary>
    string? HintOf(string key, string value) => key switch
    {
        "priority" when file.HasOrder => PriorityHint,
        // Nobody listens where there is no [eventlistener].
        "stdout_events_enabled" or "stderr_events_enabled" when Flag(key) == true && file.HasListener =>
            "tspm logs -f --json",
        "stdout_syslog" or "stderr_syslog" when Flag(key) == true => "a log is a file; pipe 'tspm logs -f' into logger",
        "stdout_logfile" or "stderr_logfile" when value.Equals("syslog", StringComparison.OrdinalIgnoreCase) =>
            "a log is a file; pipe 'tspm logs -f' into logger",
        "stdout_capture_maxbytes" or "stderr_capture_maxbytes" when value.Trim('0', 'M', 'K', 'B').Length > 0 =>
            "no counterpart",
        "stderr_logfile_maxbytes" or "stderr_logfile_backups" when section.Get("stdout" + key[6..]) is { } other
            && other != value && Flag("redirect_stderr") != true =>
                "both logs are kept by the same rules; those of stdout are taken",
        "serverurl" when value != "AUTO" => "no counterpart",
        _ => null,
    };

    bool? Flag(string key) =>
        section.Get(key)
            ?.ToLowerInvariant() switch
        {
            "true" or "yes" or "on" or "1" => true,
            "false" or "no" or "off" or "0" => false,
            _ => null
        };

    int? Number(string key) =>
        int.TryParse(section.Get(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < 1_000_000 ? number : null;
}
