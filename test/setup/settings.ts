/** A server for tests forgets everything anyway: it need not wait for the disk. */
export const testSettings: Record<string, string> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '120',
  shared_buffers: '64MB',
  checkpoint_timeout: '1h',
  max_wal_size: '1GB',
}
