using System.Text.Json;
using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Json;
using Tspm.Protocol;

namespace Tspm.Tests.Config.Validation;

/// <summary>Every field with a good and a bad value.</summary>
[Timeout(10_000)]
internal sealed class ConfigValidationTests
{
    const string Long64 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Test]
    [Arguments("")]
    [Arguments("\"id\": 7")]
    [Arguments("\"name\": \"größer als\"")]
    [Arguments("\"name\": \"" + Long64 + "\"")]
    [Arguments("\"namespace\": \"shop\"")]
    [Arguments("\"projectDir\": \"/srv/a b\"")]
    [Arguments("\"command\": \"a | b 'c'\"")]
    [Arguments("\"command\": \"it's literal\", \"args\": []")]
    [Arguments("\"args\": [\"\", \"a b\"]")]
    [Arguments("\"env\": {\"A\": \"\", \"b.c-d e\": \"x=y\"}")]
    [Arguments("\"envFile\": \".env\"")]
    [Arguments("\"interpreter\": \"none\"")]
    [Arguments("\"interpreter\": \"node --inspect\"")]
    [Arguments("\"instances\": 1")]
    [Arguments("\"instances\": 1000")]
    [Arguments("\"user\": \"www-data\", \"group\": \"33\"")]
    [Arguments("\"umask\": \"0\"")]
    [Arguments("\"umask\": \"0777\"")]
    [Arguments("\"umask\": \"027\"")]
    [Arguments("\"nice\": -20")]
    [Arguments("\"nice\": 19")]
    [Arguments("\"oomScoreAdjust\": -1000")]
    [Arguments("\"oomScoreAdjust\": 1000")]
    [Arguments("\"limits\": {\"nofile\": 0, \"nproc\": 1, \"core\": 0, \"as\": 1, \"fsize\": 1, \"cpu\": 1, "
        + "\"memlock\": 1, \"stack\": 1}")]
    [Arguments("\"memoryLimitBytes\": 1")]
    [Arguments("\"monitorIntervalMs\": 100")]
    [Arguments("\"logBufferSize\": 0")]
    [Arguments("\"autorestart\": false, \"watch\": false, \"watchPaths\": [\"src\"]")]
    [Arguments("\"restart\": {\"policy\": \"on-failure\", \"delayMs\": 0, \"maxDelayMs\": 0, \"maxConsecutive\": 1, "
        + "\"minUptimeMs\": 0, \"stopExitCodes\": [0, 255]}")]
    [Arguments("\"restart\": {\"delayMs\": 60000}")]
    [Arguments("\"stop\": {\"signal\": \"int\", \"timeoutMs\": 0, \"killTree\": false}")]
    [Arguments("\"stop\": {\"signal\": \"15\"}")]
    [Arguments("\"log\": {\"maxSizeBytes\": 0, \"maxAgeMs\": 0, \"keep\": 0, \"compress\": false, \"onFull\": "
        + "\"drop\", \"pipe\": \"large\"}")]
    [Arguments("\"log\": {\"maxSizeBytes\": 1099511627776, \"keep\": 1000, \"onFull\": \"block\", \"pipe\": "
        + "\"normal\"}")]
    [Arguments("\"stdin\": \"pipe\", \"outFile\": \"o\", \"errFile\": \"/e\", \"mergeLogs\": true, \"enabled\": false")]
    [Arguments("\"dependsOn\": [{\"name\": \"db\"}, {\"name\": \"job\", \"condition\": \"completed\"}]")]
    [Arguments("\"listen\": []")]
    [Arguments("\"listen\": [\"127.0.0.1:8080\", \"[::1]:80\", \":8080\", \"0.0.0.0:1\", \"[::]:65535\", "
        + "\"localhost:80\", \"unix:/run/x.sock\"]")]
    [Arguments("\"listen\": [\"[2001:db8::8:800:200c:417a]:80\", \"[1:2:3:4:5:6:7:8]:80\", \"[fe80::]:80\"]")]
    [Arguments("\"reload\": {}")]
    [Arguments("\"reload\": {\"mode\": \"replace\"}")]
    [Arguments("\"reload\": {\"mode\": \"signal\", \"signal\": \"usr1\"}")]
    [Arguments("\"ready\": {\"notify\": true}, \"startTimeoutMs\": 1")]
    [Arguments("\"ready\": {\"tcp\": \"[::1]:65535\"}")]
    [Arguments("\"ready\": {\"tcp\": \"db.local:5432\"}")]
    [Arguments("\"hooks\": {\"preStart\": \"npm run migrate && true\", \"postStop\": \"rm x\", \"onCrash\": \"a\", "
        + "\"onErrored\": \"b\", \"onOnline\": \"c\", \"timeoutMs\": 1}")]
    [Arguments("\"ready\": {\"log\": \"listening on \\\\d+\"}")]
    [Arguments("\"ready\": {\"exec\": \"pg_isready -q && true\"}")]
    [Arguments("\"ready\": {\"delayMs\": 0}")]
    [Arguments("\"health\": {\"http\": \"http://localhost/h?x=1\", \"intervalMs\": 100, \"timeoutMs\": 1, "
        + "\"failures\": 1}")]
    [Arguments("\"health\": {\"http\": \"HTTP://[::1]:8080\"}")]
    [Arguments("\"health\": {\"notify\": true, \"intervalMs\": 10000}")]
    [Arguments("\"listen\": [\"127.0.0.1:80\"], \"ready\": {\"http\": \"http://127.0.0.1\"}")]
    [Arguments("\"listen\": [\"127.0.0.1:80\"], \"ready\": {\"tcp\": \"127.0.0.1:81\"}")]
    public async Task A_good_value_is_accepted(string fields, CancellationToken cancellation) =>
        await Assert.That(string.Join(';', Validate(fields).Select(problem => problem.Sentence))).IsEqualTo("");

    [Test]
    [Arguments("\"name\": null", "name")]
    [Arguments("\"listen\": [\"127.0.0.1:80\"], \"ready\": {\"tcp\": \"localhost:80\"}", "ready.tcp")]
    [Arguments("\"listen\": [\"unix:/a\", \":80\"], \"health\": {\"tcp\": \"[::1]:80\"}", "health.tcp")]
    [Arguments("\"name\": \"\"", "name")]
    [Arguments("\"name\": \"a:7\"", "name")]
    [Arguments("\"name\": \"all\"", "name")]
    [Arguments("\"name\": \"web-*\"", "name")]
    [Arguments("\"namespace\": \"all\"", "namespace")]
    [Arguments("\"name\": \"-a\"", "name")]
    [Arguments("\"name\": \"/a\"", "name")]
    [Arguments("\"name\": \"a\\nb\"", "name")]
    [Arguments("\"name\": \"" + Long64 + "a\"", "name")]
    [Arguments("\"namespace\": \"\"", "namespace")]
    [Arguments("\"namespace\": \"a:1\"", "namespace")]
    [Arguments("\"projectDir\": \"srv\"", "projectDir")]
    [Arguments("\"projectDir\": \"\"", "projectDir")]
    [Arguments("\"projectDir\": \"/a\\u0000\"", "projectDir")]
    [Arguments("\"command\": null", "command")]
    [Arguments("\"command\": \"\"", "command")]
    [Arguments("\"command\": \" \"", "command")]
    [Arguments("\"command\": \"a 'b\"", "command")]
    [Arguments("\"command\": \"a\\u0000\"", "command")]
    [Arguments("\"command\": \" \", \"args\": []", "command")]
    [Arguments("\"command\": \"a\\u0000\", \"args\": []", "command")]
    [Arguments("\"args\": [\"a\", \"b\\u0000\"]", "args[1]")]
    [Arguments("\"env\": {\"\": \"x\"}", "env")]
    [Arguments("\"env\": {\"A=B\": \"x\"}", "env")]
    [Arguments("\"env\": {\"A\": \"x\\u0000\"}", "env.A")]
    [Arguments("\"envFile\": \"\"", "envFile")]
    [Arguments("\"interpreter\": \"\"", "interpreter")]
    [Arguments("\"interpreter\": \"$NODE\"", "interpreter")]
    [Arguments("\"log\": {\"maxSizeBytes\": -1}", "log.maxSizeBytes")]
    [Arguments("\"log\": {\"maxAgeMs\": -1}", "log.maxAgeMs")]
    [Arguments("\"log\": {\"keep\": -1}", "log.keep")]
    [Arguments("\"log\": {\"keep\": 1001}", "log.keep")]
    [Arguments("\"log\": {\"onFull\": \"wait\"}", "log.onFull")]
    [Arguments("\"log\": {\"pipe\": \"big\"}", "log.pipe")]
    [Arguments("\"instances\": 0", "instances")]
    [Arguments("\"instances\": 1001", "instances")]
    [Arguments("\"user\": \"\"", "user")]
    [Arguments("\"group\": \" \"", "group")]
    [Arguments("\"umask\": \"\"", "umask")]
    [Arguments("\"umask\": \"8\"", "umask")]
    [Arguments("\"umask\": \"1777\"", "umask")]
    [Arguments("\"umask\": \"00022\"", "umask")]
    [Arguments("\"nice\": -21", "nice")]
    [Arguments("\"nice\": 20", "nice")]
    [Arguments("\"oomScoreAdjust\": -1001", "oomScoreAdjust")]
    [Arguments("\"oomScoreAdjust\": 1001", "oomScoreAdjust")]
    [Arguments("\"limits\": {\"nofile\": -1}", "limits.nofile")]
    [Arguments("\"limits\": {\"nproc\": -1}", "limits.nproc")]
    [Arguments("\"limits\": {\"core\": -1}", "limits.core")]
    [Arguments("\"limits\": {\"as\": -1}", "limits.as")]
    [Arguments("\"limits\": {\"fsize\": -1}", "limits.fsize")]
    [Arguments("\"limits\": {\"cpu\": -1}", "limits.cpu")]
    [Arguments("\"limits\": {\"memlock\": -1}", "limits.memlock")]
    [Arguments("\"limits\": {\"stack\": -1}", "limits.stack")]
    [Arguments("\"memoryLimitBytes\": 0", "memoryLimitBytes")]
    [Arguments("\"monitorIntervalMs\": 99", "monitorIntervalMs")]
    [Arguments("\"logBufferSize\": -1", "logBufferSize")]
    [Arguments("\"watchPaths\": [\"\"]", "watchPaths[0]")]
    [Arguments("\"restart\": {\"policy\": \"sometimes\"}", "restart.policy")]
    [Arguments("\"restart\": {\"delayMs\": -1}", "restart.delayMs")]
    [Arguments("\"restart\": {\"maxDelayMs\": -1}", "restart.maxDelayMs")]
    [Arguments("\"restart\": {\"delayMs\": 2, \"maxDelayMs\": 1}", "restart.maxDelayMs")]
    [Arguments("\"restart\": {\"maxConsecutive\": 0}", "restart.maxConsecutive")]
    [Arguments("\"restart\": {\"minUptimeMs\": -1}", "restart.minUptimeMs")]
    [Arguments("\"restart\": {\"stopExitCodes\": [0, 256]}", "restart.stopExitCodes[1]")]
    [Arguments("\"restart\": {\"stopExitCodes\": [-1]}", "restart.stopExitCodes[0]")]
    [Arguments("\"stop\": {\"signal\": \"SIGNONE\"}", "stop.signal")]
    [Arguments("\"stop\": {\"signal\": \"\"}", "stop.signal")]
    [Arguments("\"stop\": {\"signal\": \"0\"}", "stop.signal")]
    [Arguments("\"stop\": {\"timeoutMs\": -1}", "stop.timeoutMs")]
    [Arguments("\"stdin\": \"tty\"", "stdin")]
    [Arguments("\"hooks\": {\"preStart\": \"\"}", "hooks.preStart")]
    [Arguments("\"hooks\": {\"onCrash\": \"echo 'a\"}", "hooks.onCrash")]
    [Arguments("\"hooks\": {\"timeoutMs\": 0}", "hooks.timeoutMs")]
    [Arguments("\"dependsOn\": [{\"name\": \"a\"}, {\"name\": \"\"}]", "dependsOn[1].name")]
    [Arguments("\"dependsOn\": [{\"name\": \"a\", \"condition\": \"born\"}]", "dependsOn[0].condition")]
    [Arguments("\"listen\": [\":80\", \"8080\"]", "listen[1]")]
    [Arguments("\"listen\": [\"web.local:80\"]", "listen[0]")]
    [Arguments("\"listen\": [\"127.0.0.1:0\"]", "listen[0]")]
    [Arguments("\"listen\": [\"127.0.0.1:65536\"]", "listen[0]")]
    [Arguments("\"listen\": [\"127.0.0.1\"]", "listen[0]")]
    [Arguments("\"listen\": [\"127.0.0.256:80\"]", "listen[0]")]
    [Arguments("\"listen\": [\"127.0.01.1:80\"]", "listen[0]")]
    [Arguments("\"listen\": [\"1.2.3:80\"]", "listen[0]")]
    [Arguments("\"listen\": [\"::1:80\"]", "listen[0]")]
    [Arguments("\"listen\": [\"[::1]\"]", "listen[0]")]
    [Arguments("\"listen\": [\"[1::2::3]:80\"]", "listen[0]")]
    [Arguments("\"listen\": [\"[1:2:3:4:5:6:7]:80\"]", "listen[0]")]
    [Arguments("\"listen\": [\"[1:2:3:4:5:6:7:8:9]:80\"]", "listen[0]")]
    [Arguments("\"listen\": [\"[12345::]:80\"]", "listen[0]")]
    [Arguments("\"listen\": [\"[fe80::1%eth0]:80\"]", "listen[0]")]
    [Arguments("\"listen\": [\"\"]", "listen[0]")]
    [Arguments("\"listen\": [\"unix:run/x.sock\"]", "listen[0]")]
    [Arguments("\"listen\": [\"unix:/run/\"]", "listen[0]")]
    [Arguments("\"listen\": [\"unix:\"]", "listen[0]")]
    [Arguments("\"listen\": [\"unix:/" + Long64 + Long64 + "\"]", "listen[0]")]
    [Arguments("\"listen\": [\":80\", \":80\"]", "listen[1]")]
    [Arguments("\"reload\": {\"mode\": \"restart\"}", "reload.mode")]
    [Arguments("\"reload\": {\"signal\": \"SIGNONE\"}", "reload.signal")]
    [Arguments("\"outFile\": \"\"", "outFile")]
    [Arguments("\"errFile\": \"\"", "errFile")]
    [Arguments("\"startTimeoutMs\": 0", "startTimeoutMs")]
    [Arguments("\"ready\": {}", "ready")]
    [Arguments("\"ready\": {\"notify\": true, \"tcp\": \"a:1\"}", "ready")]
    [Arguments("\"ready\": {\"notify\": false}", "ready.notify")]
    [Arguments("\"ready\": {\"tcp\": \"a\"}", "ready.tcp")]
    [Arguments("\"ready\": {\"tcp\": \"a:0\"}", "ready.tcp")]
    [Arguments("\"ready\": {\"tcp\": \"a:65536\"}", "ready.tcp")]
    [Arguments("\"ready\": {\"tcp\": \"a:-1\"}", "ready.tcp")]
    [Arguments("\"ready\": {\"tcp\": \":80\"}", "ready.tcp")]
    [Arguments("\"ready\": {\"tcp\": \"::1:80\"}", "ready.tcp")]
    [Arguments("\"ready\": {\"tcp\": \"[::1]\"}", "ready.tcp")]
    [Arguments("\"ready\": {\"tcp\": \"[::1]x:80\"}", "ready.tcp")]
    [Arguments("\"ready\": {\"tcp\": \"a b:80\"}", "ready.tcp")]
    [Arguments("\"ready\": {\"http\": \"127.0.0.1/x\"}", "ready.http")]
    [Arguments("\"ready\": {\"http\": \"https://a/\"}", "ready.http")]
    [Arguments("\"ready\": {\"http\": \"http://\"}", "ready.http")]
    [Arguments("\"ready\": {\"http\": \"http://u:p@h/\"}", "ready.http")]
    [Arguments("\"ready\": {\"http\": \"http://a/\\r\\nX: y\"}", "ready.http")]
    [Arguments("\"ready\": {\"log\": \"\"}", "ready.log")]
    [Arguments("\"ready\": {\"log\": \"a(\"}", "ready.log")]
    [Arguments("\"ready\": {\"exec\": \"\"}", "ready.exec")]
    [Arguments("\"ready\": {\"exec\": \"a 'b\"}", "ready.exec")]
    [Arguments("\"ready\": {\"delayMs\": -1}", "ready.delayMs")]
    [Arguments("\"ready\": {\"notify\": true, \"intervalMs\": 1000}", "ready.intervalMs")]
    [Arguments("\"ready\": {\"notify\": true, \"timeoutMs\": 1000}", "ready.timeoutMs")]
    [Arguments("\"ready\": {\"notify\": true, \"failures\": 1}", "ready.failures")]
    [Arguments("\"health\": {\"delayMs\": 5}", "health.delayMs")]
    [Arguments("\"health\": {\"notify\": true, \"intervalMs\": 99}", "health.intervalMs")]
    [Arguments("\"health\": {\"notify\": true, \"timeoutMs\": 0}", "health.timeoutMs")]
    [Arguments("\"health\": {\"notify\": true, \"failures\": 0}", "health.failures")]
    public async Task A_bad_value_is_refused_by_its_path(string fields, string path, CancellationToken cancellation)
    {
        var problems = Validate(fields);
        await Assert.That(string.Join(';', problems.Select(problem => problem.Path))).IsEqualTo(path);
        await Assert.That(problems[0].Sentence).StartsWith(path);
    }

    [Test]
    [Arguments("\"instances\": 0", "p.instances must be a whole number from 1 to 1000, but is 0")]
    [Arguments("\"listen\": [\"web:80\"]",
        "p.listen[0] must be HOST:PORT, [IPv6]:PORT or :PORT, with a numeric address or localhost and a port from "
            + "1 to 65535; or unix:/PATH, but is \"web:80\"")]
    [Arguments("\"listen\": [\":80\", \":80\"]", "p.listen[1]: \":80\" is given twice; remove one of the two")]
    [Arguments("\"umask\": \"9\"", "p.umask must be an octal number from 0 to 0777, as text, but is \"9\"")]
    [Arguments("\"name\": \"a:7\"",
        "p.name: the name 'a:7' ends with ':7', which selects an instance (NAME:INSTANCE); leave out the colon, "
            + "or add a letter")]
    [Arguments("\"restart\": {\"policy\": \"x\"}",
        "p.restart.policy must be one of always, on-failure, never, but is \"x\"")]
    [Arguments("\"ready\": {\"tcp\": \"a:0\"}",
        "p.ready.tcp: \"a:0\" must be HOST:PORT with a port from 1 to 65535, such as 127.0.0.1:8080 or [::1]:8080")]
    [Arguments("\"ready\": {\"log\": \"a(\"}",
        "p.ready.log: \"a(\" must be a valid regular expression: a '(' is not closed at position 2")]
    [Arguments("\"health\": {}",
        "p.health: a probe must have exactly one of notify, tcp, http, log, exec, delayMs, but this one has none")]
    public async Task The_sentence_says_what_is_allowed_and_what_is_there(string fields, string sentence,
        CancellationToken cancellation) =>
        await Assert.That(Validate(fields, "p")[0].Sentence).IsEqualTo(sentence);

    [Test]
    public async Task Max_instances_are_the_number_of_cores_at_the_time_of_reading(CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse("""{ "name": "web", "command": "x", "instances": "max" }""");
        await Assert.That(StrictJson.Read(document.RootElement, WireJson.Default.ProcessConfig, "").Instances)
            .IsEqualTo(Environment.ProcessorCount);
        await Assert.That(Assignments.Apply(new Tspm.Model.Config.ProcessConfig { Name = "web", Command = "x" },
            ["instances=max"]).Instances).IsEqualTo(Environment.ProcessorCount);
        using var other = JsonDocument.Parse("""{ "name": "web", "command": "x", "instances": "many" }""");
        await Assert.That(StrictJson.Problems(other.RootElement, WireJson.Default.ProcessConfig, "p").Single().Path)
            .IsEqualTo("p.instances");
    }

    [Test]
    public async Task All_problems_are_found_at_once(CancellationToken cancellation) =>
        await Assert.That(Validate("\"nice\": 99, \"instances\": 0, \"stdin\": \"x\"").Count).IsEqualTo(3);

    /// <summary>The fields on top of a config that is fine; a field given replaces that one.</summary>
    static IReadOnlyList<ConfigProblem> Validate(string fields, string path = "")
    {
        var basis = (fields.StartsWith("\"name\"", StringComparison.Ordinal)
            || fields.Contains(", \"name\"") ? "" : "\"name\": \"web\",")
                + (fields.Contains("\"command\"") ? "" : "\"command\": \"node x.js\",");
        using var document = JsonDocument.Parse($"{{ {basis} {(fields.Length > 0 ? fields : "\"id\": 1")} }}");
        return ConfigValidation
            .Validate(StrictJson.Read(document.RootElement, WireJson.Default.ProcessConfig, path), path);
    }
}
