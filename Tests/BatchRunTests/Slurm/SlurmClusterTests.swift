import Support
import Testing

/// Everything that needs a real Slurm: one cluster, and one test at a time.
@Suite(.serialized, .enabled(if: SlurmCluster.isAvailable, "\(SlurmCluster.obstacle ?? "")"))
struct SlurmClusterTests {
  /// Started by the first test that needs it; it ends with the tests.
  static let cluster = SlurmCluster()
}

extension SlurmClusterTests {
  @Test func twoClustersStandBesideEachOther() throws {
    let other = SlurmCluster(nodes: 1)
    #expect(other.nodes.count == 1)
    #expect(Self.cluster.nodes.count == 2)
    #expect(other.ask("sinfo", "-h", "-N", "-o", "%N %t").outputText == "\(other.nodes[0]) idle\n")
    let submitted = other.ask("sbatch", "--parsable", "-o", "/dev/null", "--wrap", "exec sleep 1000")
    #expect(submitted.outputText == "1\n")
    #expect(eventually { other.ask("squeue", "-h", "-o", "%t").outputText == "R\n" })
    other.killController()
    other.startController()
    #expect(other.ask("scontrol", "ping").outputText.contains("is UP"))
    #expect(Self.cluster.ask("squeue", "-h").outputText == "")
    other.stop()
    #expect(other.environment["SLURM_CONF"].map { readFile($0 ?? "") == nil } == true)
  }
}
