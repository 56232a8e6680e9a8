import Glibc

/// Makes a folder that only this user may enter, with the folders above it, and checks one that was there: in a shared
/// place such as /tmp somebody else may have made it first, or put a link in its place.
public func makePrivateFolder(_ path: String) throws(Failure) {
  try makeFolders(above: path)
  if unsafe mkdir(path, 0o700) != 0, errno != EEXIST { throw folderFailure(path, errorNumber: errno) }
  guard let status = fileStatus(path, followingLinks: false) else {
    throw .cannotCreate(path, errorNumber: errno)
  }
  let place = Place(file: path)
  guard fileKind(status) == S_IFDIR else {
    throw Failure(.cannotCreate, "expected a folder, found something else", at: place, advice: "remove or rename it")
  }
  guard status.st_uid == geteuid() else {
    throw Failure(.cannotCreate, "the folder belongs to another user", at: place, advice: "choose another place")
  }
  guard status.st_mode & 0o077 == 0 else {
    throw Failure(.cannotCreate, "other users may enter the folder", at: place, advice: "chmod 700 \(path)")
  }
}

private func makeFolders(above path: String) throws(Failure) {
  let parent = folderPart(of: path)
  guard fileStatus(parent, followingLinks: true) == nil else { return }
  try makeFolders(above: parent)
  if unsafe mkdir(parent, 0o700) != 0, errno != EEXIST { throw folderFailure(parent, errorNumber: errno) }
}

private func folderFailure(_ path: String, errorNumber: Int32) -> Failure {
  guard errorNumber == ENOTDIR else { return .cannotCreate(path, errorNumber: errorNumber) }
  var place = folderPart(of: path)
  while fileStatus(place, followingLinks: true) == nil, folderPart(of: place) != place { place = folderPart(of: place) }
  return Failure(
    .cannotCreate, "expected a folder, found something else", at: Place(file: place), advice: "name another folder")
}
