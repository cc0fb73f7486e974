using System.Reflection;
using System.Text.Json;
using Tspm.Config;
using Tspm.Model.Config;

namespace Tspm.Tests.Config;

/// <summary>
/// Every field of a process with good and bad values, as they stand in a file: a bad one is refused with its field,
/// what was found and what is allowed, and nothing of the file is taken. A field that is added to
/// <see cref="ProcessConfig"/> and not to this table fails here.
/// </summary>
[Timeout(60_000)]
internal sealed class EveryFieldTests
{
    /// <param name="Path">Of the field; [0] stands for the items of a list.</param>
    /// <param name="Good">In JSON.</param>
    /// <param name="Bad">In JSON.</param>
    /// <param name="Allowed">Part of the sentence about a bad one.</param>
    /// <param name="With">Other fields without which it makes no sense.</param>
    sealed record Row(string Path, string[] Good, string[] Bad, string Allowed, string With = "");

    const string Whole = "a whole number", Words = "not empty", Truth = "true or false", Text = "text";

    static readonly Row[] Table =
    [
        new("id", ["1"], ["\"x\"", "1.5"], Whole),
        new("name", ["\"api\"", "\"api:prod\""],
            ["\"a:7\"", "\"all\"", "\"web-*\"", "\"..\"", "\" a\"", "\"-a\"", "\"/a\"", "\"\"", "7"], "name"),
        new("legacyId", ["\"my-app\""], ["\"\"", "7"], Text),
        new("namespace", ["\"shop\""], ["\"a:7\"", "\"all\"", "true"], ""),
        new("projectDir", ["\"/srv\"", "\"sub\""], ["\"a\\u0000b\"", "1"], ""),
        new("command", ["\"node x.js\""], ["\"\"", "\"it's\"", "[]"], ""),
        new("args", ["[]", "[\"a b\"]"], ["\"a\"", "[1]", "[\"a\\u0000\"]"], Text),
        new("env", ["{\"A\": \"1\", \"B\": 2}"], ["{\"A=B\": \"1\"}", "{\"\": \"1\"}", "[]", "{\"A\": {}}"], ""),
        new("envFile", ["\".env\""], ["\"\"", "1"], Text),
        new("interpreter", ["\"none\"", "\"node --inspect\""], ["\"a | b\"", "1"], ""),
        new("instances", ["1", "1000", "\"max\""], ["0", "1001", "\"many\""], Whole),
        new("user", ["\"www-data\""], ["\" \"", "33"], Text),
        new("group", ["\"33\""], ["\"\"", "33"], Text),
        new("umask", ["\"027\""], ["\"8\"", "27"], ""),
        new("nice", ["-20", "19"], ["-21", "20", "\"5\""], Whole),
        new("oomScoreAdjust", ["-1000", "1000"], ["-1001", "1001"], Whole),
        new("limits.nofile", ["0"], ["-1", "\"unlimited\""], Whole),
        new("limits.nproc", ["100"], ["-1"], Whole),
        new("limits.core", ["0"], ["-1"], Whole),
        new("limits.as", ["1073741824"], ["-1"], Whole),
        new("limits.fsize", ["1"], ["-1"], Whole),
        new("limits.cpu", ["60"], ["-1"], Whole),
        new("limits.memlock", ["0"], ["-1"], Whole),
        new("limits.stack", ["8388608"], ["-1"], Whole),
        new("memoryLimitBytes", ["1"], ["0", "-1", "1.5"], Whole),
        new("monitorIntervalMs", ["100"], ["99", "0"], Whole),
        new("logBufferSize", ["0"], ["-1"], Whole),
        new("autorestart", ["false"], ["\"no\"", "0"], Truth),
        new("watch", ["true", "false"], ["\"src\"", "1"], Truth),
        new("watchPaths", ["[\"src\", \"*.js\"]"], ["[\"\"]", "\"src\""], Text),
        new("watchIgnore", ["[\"*.tmp\", \"build/**\"]"], ["[\"\"]", "[\"a\\u0000\"]"], Words),
        new("watchDelayMs", ["0", "300"], ["-1", "1.5"], Whole),
        new("schedule.cron", ["\"0 3 * * *\"", "\"*/5 0 3 * * *\"", "\"0 3 * * MON-FRI\""],
            ["\"0 3 * *\"", "\"61 * * * *\"", "\"0 0 31 2 *\"", "\"\"", "5"], ""),
        new("schedule.timeZone", ["\"UTC\"", "\"Europe/Berlin\""],
            ["\"Europe/Nowhere\"", "\"../../etc/passwd\"", "\"\"", "2"], "", "\"schedule.cron\": \"0 3 * * *\""),
        new("schedule.action", ["\"start\"", "\"restart\""], ["\"stop\"", "true"], "",
            "\"schedule.cron\": \"0 3 * * *\""),
        new("schedule.overlap", ["\"skip\"", "\"queue\"", "\"kill\""], ["\"wait\"", "1"], "",
            "\"schedule.cron\": \"0 3 * * *\", \"schedule.action\": \"start\""),
        new("restart.policy", ["\"always\"", "\"on-failure\"", "\"never\""], ["\"sometimes\"", "true"], ""),
        new("restart.delayMs", ["0"], ["-1"], Whole),
        new("restart.maxDelayMs", ["0"], ["-1"], Whole),
        new("restart.maxConsecutive", ["1"], ["0"], Whole),
        new("restart.minUptimeMs", ["0"], ["-1"], Whole),
        new("restart.stopExitCodes", ["[0, 255]"], ["[256]", "[-1]", "0"], "whole number"),
        new("stop.signal", ["\"SIGINT\"", "\"15\""], ["\"SIGNONE\"", "\"\"", "15"], ""),
        new("stop.timeoutMs", ["0"], ["-1"], Whole),
        new("stop.killTree", ["false"], ["\"yes\""], Truth),
        .. ProbeRows("ready"),
        .. ProbeRows("health"),
        new("ready.delayMs", ["0"], ["-1"], Whole),
        new("ready.intervalMs", [], ["1000"], "this field exists only in health", "\"ready.notify\": true"),
        new("ready.timeoutMs", [], ["1000"], "this field exists only in health", "\"ready.notify\": true"),
        new("ready.failures", [], ["1"], "this field exists only in health", "\"ready.notify\": true"),
        new("health.delayMs", [], ["5"], "use notify, tcp, http, log or exec"),
        new("health.intervalMs", ["100"], ["99"], Whole, "\"health.notify\": true"),
        new("health.timeoutMs", ["1"], ["0"], Whole, "\"health.notify\": true"),
        new("health.failures", ["1"], ["0"], Whole, "\"health.notify\": true"),
        new("startTimeoutMs", ["1"], ["0"], Whole),
        new("stdin", ["\"null\"", "\"pipe\""], ["\"tty\"", "1"], ""),
        new("dependsOn[0].name", ["\"db\"", "\"db:prod\""], ["\"\"", "\"-a\"", "1"], "", ""),
        new("dependsOn[0].condition", ["\"started\"", "\"ready\"", "\"completed\""], ["\"born\"", "1"], "",
            "\"dependsOn[0].name\": \"db\""),
        new("log.maxSizeBytes", ["0"], ["-1"], Whole),
        new("log.maxAgeMs", ["0"], ["-1"], Whole),
        new("log.keep", ["0", "1000"], ["-1", "1001"], Whole),
        new("log.compress", ["false"], ["\"gzip\""], Truth),
        new("log.onFull", ["\"block\"", "\"drop\""], ["\"wait\""], ""),
        new("log.pipe", ["\"normal\"", "\"large\""], ["\"huge\""], ""),
        new("outFile", ["\"out\""], ["\"\"", "1"], Text),
        new("errFile", ["\"/var/log/err\""], ["\"\"", "1"], Text),
        new("mergeLogs", ["true"], ["1"], Truth),
        .. new[] { "preStart", "postStop", "onCrash", "onErrored",
            "onOnline" }.Select(hook =>
                new Row($"hooks.{hook}", ["\"./tell.sh\"", "\"a | b\""], ["\"it's\"", "\"a\\u0000\"", "1"], "")),
        new("hooks.timeoutMs", ["1"], ["0", "1.5"], Whole),
        new("listen", ["[\"127.0.0.1:8080\", \"[::1]:80\", \":80\", \"unix:/run/x.sock\"]"],
            ["[\"example.org:80\"]", "[\"127.0.0.1\"]", "[\":0\"]", "[\"unix:x\"]", "\":80\""], ""),
        new("reload.mode", ["\"replace\"", "\"signal\""], ["\"hot\"", "1"], ""),
        new("reload.signal", ["\"SIGHUP\"", "\"1\""], ["\"SIGNONE\"", "1"], ""),
        new("enabled", ["false"], ["\"false\""], Truth),
    ];

    static Row[] ProbeRows(string probe) =>
    [
        new($"{probe}.notify", ["true"], ["false", "1"], "true"),
        new($"{probe}.tcp", ["\"127.0.0.1:8080\""], ["\"a:0\"", "8080"], ""),
        new($"{probe}.http", ["\"http://127.0.0.1/x\""], ["\"https://a/\"", "\"ftp://a/\""], "http"),
        new($"{probe}.log", ["\"ready$\""], ["\"a(\"", "\"\""], "regular expression"),
        new($"{probe}.exec", ["\"test -e x\""], ["\"\"", "\"it's\""], ""),
    ];

    public static IEnumerable<string> Paths() => Table.Select(row => row.Path);

    /// <summary>Each value that is JSON, with whether it is right.</summary>
    public static IEnumerable<(string Path, string Value, bool IsGood, string With)> Values() =>
        from row in Table
        from value in row.Good.Select(good => (Text: good, IsGood: true))
            .Concat(row.Bad.Where(IsJson).Select(bad => (Text: bad, IsGood: false)))
        select (row.Path, value.Text,
                value.IsGood, row.With);

    /// <summary>A config file with this value.</summary>
    public static string FileWith(string path, string value, string with)
    {
        using var folder = new TemporaryFolder();
        return File.ReadAllText(Write(folder, new Row(path, [], [], "", with), value));
    }

    [Test]
    public async Task Every_field_is_in_the_table(CancellationToken cancellation)
    {
        var fields = FieldsOf(typeof(ProcessConfig), "").ToList();
        await Assert.That(fields.Count).IsGreaterThan(70);
        await Assert.That(fields.Except(Paths())).IsEmpty();
        await Assert.That(Paths().Except(fields)).IsEmpty();
        await Assert.That(Table.Where(row => row.Bad.Length == 0).Select(row => row.Path)).IsEmpty();
    }

    [Test]
    [MethodDataSource(nameof(Paths))]
    public async Task Good_values_are_taken_and_bad_ones_refused_with_all_of_their_file(string path,
        CancellationToken cancellation)
    {
        var row = Table.Single(row => row.Path == path);
        using var folder = new TemporaryFolder();
        foreach (var good in row.Good)
        {
            var read = ConfigFile.Read(Write(folder, row, good));
            await Assert.That(read.Count).IsEqualTo(2).Because(good);
        }
        foreach (var bad in row.Bad.Where(bad => IsJson(bad)))
        {
            ConfigFileException? refused = null;
            try
            {
                _ = ConfigFile.Read(Write(folder, row, bad));
            }
            catch (ConfigFileException e)
            {
                refused = e;
            }
            await Assert.That(refused).IsNotNull().Because($"{path} = {bad} must be refused");
            var problem = refused!.Problems.Single();
            var because = $"{path} = {bad}: {problem.Sentence}";
            await Assert.That(problem.Path).StartsWith($"processes[1].{path}").Because(because);
            await Assert.That(problem.Sentence).Contains(problem.Path).Because(because);
            await Assert.That(problem.Sentence).Contains(row.Allowed).Because(because);
            await Assert.That(problem.Expected).IsNotEmpty().Because(because);
            await Assert.That(problem.Sentence.Length).IsGreaterThan(problem.Path.Length + 20).Because(because);
            if (Found(bad) is { } found) await Assert.That(problem.Sentence).Contains(found).Because(because);
            await Assert.That(refused.Message).Contains("is not valid:");
        }
    }

    /// <summary>
    /// The value as a sentence shows it; null: it is a list, an object or has letters that are not shown.
    /// </summary>
    static string? Found(string bad) =>
        bad.StartsWith('[') || bad.StartsWith('{') || bad.Contains("\\u0000") || bad is "\"\"" or "\" \""
            ? null
            : bad.Trim('"');

    static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static string Write(TemporaryFolder folder, Row row, string value)
    {
        var fields = new Dictionary<string, string> { ["name"] = "\"other\"", ["command"] = "\"sleep 1\"" };
        foreach (var other in Others(row.With)) Put(fields, other.Path, other.Value);
        Put(fields, row.Path, value);
        var process = string.Join(", ", fields.Select(field => $"\"{field.Key}\": {field.Value}"));
        var file = Path.Combine(folder.Path, "processes.json");
        File.WriteAllText(file, $$"""{ "processes": [{ "name": "fine", "command": "sleep 1" }, { {{process}} }] }""");
        return file;
    }

    static IEnumerable<(string Path, string Value)> Others(string with)
    {
        if (with.Length == 0) yield break;
        using var document = JsonDocument.Parse($"{{{with}}}");
        foreach (var member in document.RootElement.EnumerateObject())
            yield return (member.Name, member.Value.GetRawText());
    }

    /// <summary>Puts a value at a path of one or two steps.</summary>
    static void Put(Dictionary<string, string> fields, string path, string value)
    {
        if (path.Split('.') is not [var owner, var member])
        {
            fields[path] = value;
            return;
        }
        var isList = owner.EndsWith("[0]", StringComparison.Ordinal);
        var name = isList ? owner[..^3] : owner;
        var before = fields.TryGetValue(name, out var there) ? there.Trim('[', ']').Trim('{', '}') + "," : "";
        var inner = $"{{{before}\"{member}\": {value}}}";
        fields[name] = isList ? $"[{inner}]" : inner;
    }

    /// <summary>Those that JSON may set, of objects and lists of objects what is in them.</summary>
    static IEnumerable<string> FieldsOf(Type type, string before)
    {
        foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property =>
            property.SetMethod is not null))
        {
            var name = before + JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            var item = property.PropertyType.IsGenericType
                && property.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
                    ? property.PropertyType.GetGenericArguments()[0]
                    : null;
            if (IsOurs(property.PropertyType))
                foreach (var field in FieldsOf(property.PropertyType, name + ".")) yield return field;
            else if (item is not null && IsOurs(item))
                foreach (var field in FieldsOf(item, name + "[0].")) yield return field;
            else yield return name;
        }
    }

    static bool IsOurs(Type type) => type.Namespace == typeof(ProcessConfig).Namespace && !type.IsEnum;
}
