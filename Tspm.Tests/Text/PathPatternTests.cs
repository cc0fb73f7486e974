using Tspm.Text;

namespace Tspm.Tests.Text;

[Timeout(10_000)]
internal sealed class PathPatternTests
{
    [Test]
    [Arguments("*.log", "/app/a.log")]
    [Arguments("*.log", "/elsewhere/deep/a.log")]
    [Arguments("cache/", "/app/x/cache")]
    [Arguments("./*.js", "/app/a.js")]
    [Arguments("src/*.js", "/app/src/a.js")]
    [Arguments("./src/*.js", "/app/src/a.js")]
    [Arguments("/etc/*.conf", "/etc/a.conf")]
    [Arguments("build/**", "/app/build/a")]
    [Arguments("build/**", "/app/build/a/b")]
    [Arguments("build/**/*.js", "/app/build/a.js")]
    [Arguments("build/**/*.js", "/app/build/x/y/a.js")]
    [Arguments("**/a.js", "/app/a.js")]
    [Arguments("**/x/**/a.js", "/app/1/x/2/3/a.js")]
    public async Task A_pattern_fits(string pattern, string path, CancellationToken cancellation)
    {
        await Assert.That(new PathPattern(pattern, "/app").IsMatch(path)).IsTrue();
        await Assert.That(new PathPattern(pattern, "/app/").IsMatch(path)).IsTrue();
    }

    [Test]
    [Arguments("*.log", "/app/a.log/b")]
    [Arguments("*.log", "/app/a.txt")]
    [Arguments("src/*.js", "/app/src/x/a.js")]
    [Arguments("src/*.js", "/app/src")]
    [Arguments("src/*.js", "/app/lib/src/a.js")]
    [Arguments("src/*.js", "/other/src/a.js")]
    [Arguments("src/*.js", "/appsrc/src/a.js")]
    [Arguments("src/a", "/app")]
    [Arguments("/etc/*.conf", "/app/etc/a.conf")]
    [Arguments("build/**", "/app/build")]
    [Arguments("build/**/*.js", "/app/build/x/a.ts")]
    [Arguments("build/**/*.js", "/app/src/x/a.js")]
    public async Task A_pattern_does_not_fit(string pattern, string path, CancellationToken cancellation) =>
        await Assert.That(new PathPattern(pattern, "/app").IsMatch(path)).IsFalse();
}
