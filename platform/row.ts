/** The row of rooms. A room may import what stands on its left; the build checks it. */
export const row = [
  'staff', 'customers', 'standards', 'requests', 'knowledge', 'channels', 'routing', 'processes', 'quality',
  'workforce', 'training', 'incidents', 'improvement', 'governance', 'insight',
] as const
export type RoomName = (typeof row)[number]
