/**
 * The assignment problem: each row gets at most one column and each column at most one row, so that the sum of
 * values is greatest. `values` is row by row; a negative value forbids the pair. Returns the column of each
 * row, -1 for none. Shortest augmenting paths with potentials (Kuhn 1955; Jonker & Volgenant 1987), O(rows² · columns).
 */
export function maximiseAssignment(rows: number, columns: number, values: Float64Array): Int32Array {
  // Each row also has a column of its own worth 0, "nobody": every row can then be placed.
  const width = columns + rows
  const rowPotential = new Float64Array(rows + 1)
  const columnPotential = new Float64Array(width + 1)
  // Column 0 is the row being placed; rows and columns count from 1.
  const rowOf = new Int32Array(width + 1)
  const cameFrom = new Int32Array(width + 1)
  const distance = new Float64Array(width + 1)
  const isDone = new Uint8Array(width + 1)

  const cost = (row: number, column: number): number => {
    if (column > columns) return column - columns === row ? 0 : Infinity
    const value = values[(row - 1) * columns + column - 1]!
    return value < 0 ? Infinity : -value
  }

  for (let row = 1; row <= rows; row++) {
    rowOf[0] = row
    let at = 0
    distance.fill(Infinity)
    isDone.fill(0)
    do {
      isDone[at] = 1
      const placed = rowOf[at]!
      let step = Infinity
      let nearest = 0
      for (let column = 1; column <= width; column++) {
        if (isDone[column]) continue
        const reduced = cost(placed, column) - rowPotential[placed]! - columnPotential[column]!
        if (reduced < distance[column]!) {
          distance[column] = reduced
          cameFrom[column] = at
        }
        if (distance[column]! < step) {
          step = distance[column]!
          nearest = column
        }
      }
      for (let column = 0; column <= width; column++) {
        if (isDone[column]) {
          rowPotential[rowOf[column]!]! += step
          columnPotential[column]! -= step
        } else distance[column]! -= step
      }
      at = nearest
    } while (rowOf[at] !== 0)
    while (at !== 0) {
      const previous = cameFrom[at]!
      rowOf[at] = rowOf[previous]!
      at = previous
    }
  }
  const columnOf = new Int32Array(rows).fill(-1)
  for (let column = 1; column <= columns; column++) if (rowOf[column]! > 0) columnOf[rowOf[column]! - 1] = column - 1
  return columnOf
}
